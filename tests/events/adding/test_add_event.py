"""Adding an action by hand: the dialog, the page without script, the operation below them."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from events.models import Event
from events.operations import add_event, addable_types
from events.orders.enums import CHECKOUT_ACCEPT
from events.timeline.queries import event_of
from events.types.actions import RECORDED
from events.types.models import EventType
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.actions import names_of
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.status import Status
from loyalty.intake.once import AlreadyRecorded
from loyalty.points.ledger.queries import balances_of
from loyalty.program.models import GeneralSettings
from loyalty.refusals import Refused
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from tests.factories import checkout, make_customer
from tests.factories import tell as record_all

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia")


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


@pytest.fixture
def staff(client: Client, dana: User) -> Client:
    client.force_login(dana)
    return client


def send(client: Client, customer: Customer, action: str, *, rows: int = 1, **data: Any) -> Any:
    """The dialog's form, as htmx sends it."""
    fields = {"action": action, "token": uuid4(), **{name.replace("__", "-"): value for name, value in data.items()}}
    sent = {"shown": action, "rows": rows} | fields
    return client.post(f"/customers/{customer.id}/events/add/", sent, headers=HTMX)


def text(answer: HttpResponse) -> str:
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def errors(answer: Any) -> dict[str, str]:
    """By field, what the form complains of; above it under an empty name."""
    html = answer.content.decode()
    found = re.findall(r'id="id_([^"]+)_error" role="alert">.*?<span>([^<]*)</span>', html, re.S)
    above = re.findall(r'class="notice error" role="alert">.*?<span>([^<]*)</span>', html, re.S)
    return dict(found) | ({"": above[0]} if above else {})


def newest(customer: Customer) -> Event:
    event = Event.objects.filter(customer=customer, parent_id=None).order_by("-id").first()
    assert event
    return event


def test_points_are_added_and_said(staff: Client, zsofia: Customer, dana: User) -> None:
    answer = send(staff, zsofia, "point_add", data__points=250, data__reason="Lost parcel", data__expdate="2099-12-31")
    assert (answer.status_code, text(answer)) == (204, "Point add recorded: +250 points")
    assert json.loads(answer["HX-Trigger"])["refresh:events"] is True
    event = newest(zsofia)
    assert event.data == {"points": 250, "reason": "Lost parcel", "expdate": "2099-12-31"}
    assert (event.source, event.staff_id, event.ip_address) == ("back_office", dana.id, "127.0.0.1")
    assert balances_of(zsofia.id)[0].spendable == 250


def test_a_wrong_input_is_told_at_its_field(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "point_add", data__points="-5")
    assert answer.status_code == 422
    assert list(errors(answer)) == ["data-points"]
    assert 'aria-describedby="id_data-points_error"' in answer.content.decode()


def test_a_refusal_that_names_an_attribute_is_told_at_its_field(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "point_add", data__points=5, data__expdate="2001-01-01")
    assert answer.status_code == 422
    assert errors(answer) == {"data-expdate": "“Expiration date” must not be in the past."}


def test_too_few_points_are_told_at_the_points(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "point_spend", data__points=5)
    assert errors(answer) == {"data-points": "Not enough points: 5 needed, 0 spendable"}


def test_any_other_refusal_is_told_above_the_form(staff: Client, zsofia: Customer) -> None:
    Customer.objects.update(status=Status.SUSPENDED)
    answer = send(staff, zsofia, "point_spend", data__points=5)
    assert errors(answer) == {"": "Customer may not spend points while suspended"}


def test_an_item_that_is_refused_is_told_in_its_row(staff: Client, zsofia: Customer) -> None:
    """The first row is left empty, so the engine's first item is the form's second."""
    items = {"items-1-price": "999999999999", "items-1-quantity": "2"}
    answer = send(staff, zsofia, "checkout", rows=2, data__transaction_id="T-1", data__total=5, **items)
    assert errors(answer) == {"items-1-price": "price × quantity must not be more than 1000000000000"}


def test_whom_nobody_knows_is_told_at_the_field_in_plain_words(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "referral", data__referred="nobody-here")
    assert errors(answer) == {"data-referred": "No customer has this ID."}


def test_a_receipt_pays_once(staff: Client, zsofia: Customer) -> None:
    record_all(checkout(zsofia, "T-1", 5))
    answer = send(staff, zsofia, "checkout", data__transaction_id="T-1", data__total=5)
    assert errors(answer) == {"data-transaction_id": "There is an order with this transaction ID already."}


def test_a_form_that_is_sent_twice_records_once(staff: Client, zsofia: Customer) -> None:
    token = uuid4()
    first = send(staff, zsofia, "point_add", data__points=5, token=token)
    second = send(staff, zsofia, "point_add", data__points=5, token=token)
    assert [text(first), text(second)] == ["Point add recorded: +5 points", "This action was already recorded."]
    assert balances_of(zsofia.id)[0].spendable == 5


def test_a_form_that_was_refused_can_be_sent_again(staff: Client, zsofia: Customer) -> None:
    token = uuid4()
    assert send(staff, zsofia, "point_spend", data__points=5, token=token).status_code == 422
    assert send(staff, zsofia, "point_add", data__points=5, token=token).status_code == 204


def test_a_form_without_its_token_says_what_to_do(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "point_add", data__points=5, token="none")
    assert errors(answer) == {"": "This form is out of date. Close it and open it again."}


def test_a_checkout_takes_items_and_skips_empty_rows(staff: Client, zsofia: Customer) -> None:
    items = {"items-1-product_name": "Blue mug", "items-1-price": "12.50", "items-1-quantity": "2"}
    answer = send(staff, zsofia, "checkout", rows=2, data__transaction_id="T-1", data__total="25", **items)
    assert answer.status_code == 204, errors(answer)
    item = Event.objects.get(customer=zsofia, action="checkout_item")
    assert item.data == {"product_name": "Blue mug", "price": 12.5, "quantity": 2}
    assert newest(zsofia).data == {"transaction_id": "T-1", "total": 25}


def test_an_item_without_a_price_is_told_in_its_row(staff: Client, zsofia: Customer) -> None:
    answer = send(
        staff, zsofia, "checkout", rows=2, data__transaction_id="T-1", data__total="25", **{"items-1-quantity": "2"}
    )
    assert errors(answer) == {"items-1-price": "Enter the price of the item."}


def test_one_more_item_keeps_what_was_entered(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "checkout", rows=1, more="1", data__total="oops", **{"items-0-product_name": "Mug"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert errors(answer) == {}
    assert 'value="oops"' in html
    assert 'value="Mug"' in html
    assert re.search(r'name="items-1-product_name"[^>]* autofocus', html)


def test_the_rows_of_items_are_bounded(staff: Client, zsofia: Customer) -> None:
    html = staff.get(f"/customers/{zsofia.id}/events/add/?action=checkout&items=999", headers=HTMX).content.decode()
    assert "items-9-price" in html
    assert "items-10-price" not in html
    assert "Add an item" not in html


def test_an_action_may_have_happened_before(staff: Client, zsofia: Customer) -> None:
    with timezone.override("Europe/Budapest"):
        answer = send(staff, zsofia, "point_add", data__points=5, effective_timestamp="2026-01-02T12:30")
    assert answer.status_code == 204
    assert newest(zsofia).occurred_at.isoformat() == "2026-01-02T11:30:00+00:00"


def test_an_action_cannot_happen_in_the_future(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "point_add", data__points=5, effective_timestamp="2999-01-02T12:30")
    assert errors(answer) == {"effective_timestamp": "Enter a date between 2000 and now."}


def test_an_action_of_the_brand_has_a_line_for_each_attribute(staff: Client, zsofia: Customer) -> None:
    visit = EventType.objects.create(action="visit", name="Visit", default_points=7)
    for name in ("action", "items", "store"):
        visit.attributes.create(slug=name, type="any")
    answer = send(staff, zsofia, "visit", data__action="walked in", data__items="3", data__store="Allee")
    assert text(answer) == "Visit recorded: +7 points"
    assert newest(zsofia).data == {"action": "walked in", "items": "3", "store": "Allee"}


def test_an_action_without_points_is_said_without_them(staff: Client, zsofia: Customer) -> None:
    assert text(send(staff, zsofia, "profile", data__last_name="Kovács")) == "Profile update recorded."
    zsofia.refresh_from_db()
    assert zsofia.last_name == "Kovács"
    assert zsofia.first_name == "Zsófia"


def test_the_account_is_asked_for_where_there_are_several(staff: Client, zsofia: Customer) -> None:
    Account.objects.create(slug="club", name="Club")
    address = f"/customers/{zsofia.id}/events/add/?action=point_add"
    assert 'name="account"' not in staff.get(address, headers=HTMX).content.decode()
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [MULTI_ACCOUNTS]})
    html = staff.get(address, headers=HTMX).content.decode()
    assert 'name="account"' in html
    assert "data-expdate" not in html
    assert send(staff, zsofia, "point_add", data__points=5, account="club").status_code == 204
    assert [balance.spendable for balance in balances_of(zsofia.id)[1]] == [5, 0]


def test_the_score_is_corrected_by_a_negative_number(staff: Client, zsofia: Customer) -> None:
    send(staff, zsofia, "point_add", data__points=50)

    assert send(staff, zsofia, "point_fix", data__points=-20).status_code == 204

    assert balances_of(zsofia.id)[0].earned == 30


def test_an_order_is_refunded_in_part_by_its_own_fields(staff: Client, zsofia: Customer) -> None:
    record_all(checkout(zsofia, "T-1", 5))
    answer = send(staff, zsofia, "partial_refund", data__transaction_id="T-1", data__amount="")
    assert errors(answer) == {"data-amount": "This field is required."}
    assert text(send(staff, zsofia, "partial_refund", data__transaction_id="T-1", data__amount="2")) == (
        "Partial refund recorded: −2 points"
    )


def test_a_module_that_is_off_asks_for_nothing(staff: Client, zsofia: Customer) -> None:
    address = f"/customers/{zsofia.id}/events/add/?action=checkout"
    assert "data-auto_accept" not in staff.get(address).content.decode()
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [CHECKOUT_ACCEPT]})
    html = staff.get(address).content.decode()
    assert "data-auto_accept" in html
    assert "data-guest" not in html


def test_what_only_follows_from_events_is_not_offered(zsofia: Customer, dana: User) -> None:
    offered = {row.action for row in addable_types(zsofia, dana)}
    assert offered == {
        "profile", "checkout", "checkout_item", "checkout_update", "checkout_update_item", "checkout_accept",
        "checkout_accept_item", "checkout_reject", "checkout_claim", "refund", "partial_refund", "refund_item",
        "reserve_points", "release_points", "pending_accept", "pending_reject",
        "point_add", "point_sub", "point_spend", "point_unspend", "point_fix", "login", "daily_login", "referral", "profiling_answer",
        *names_of(RECORDED),
    }  # fmt: skip
    assert "opt_in" in {row.action for row in addable_types(Customer(status=Status.INACTIVE), dana)}


def test_an_action_that_is_not_offered_is_refused(staff: Client, zsofia: Customer) -> None:
    assert send(staff, zsofia, "point_burn", data__points=5).status_code == 422


def test_without_script_the_action_is_chosen_first(staff: Client, zsofia: Customer) -> None:
    address = f"/customers/{zsofia.id}/events/add/"
    assert "Continue" in staff.get(address).content.decode()
    answer = staff.post(address, {"action": "point_add", "token": uuid4()})
    assert answer.headers["Location"] == f"{address}?action=point_add"
    html = staff.get(answer.headers["Location"]).content.decode()
    assert 'name="data-points"' in html
    sent = {"action": "point_add", "shown": "point_add", "token": uuid4(), "data-points": 5}
    answer = staff.post(f"{address}?action=point_add", sent)
    assert answer.headers["Location"] == f"/customers/{zsofia.id}/events/"
    assert balances_of(zsofia.id)[0].spendable == 5


def test_no_action_chosen_is_told_at_the_choice(staff: Client, zsofia: Customer) -> None:
    answer = staff.post(f"/customers/{zsofia.id}/events/add/", {"action": "", "token": uuid4()}, headers=HTMX)
    assert list(errors(answer)) == ["action"]


def test_a_reader_may_not_add(client: Client, zsofia: Customer) -> None:
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    assert client.get(f"/customers/{zsofia.id}/events/add/").status_code == 403
    assert send(client, zsofia, "point_add", data__points=5).status_code == 403
    assert balances_of(zsofia.id)[0].spendable == 0


def test_the_operation_asks_for_the_right_itself(zsofia: Customer) -> None:
    sam = User.objects.create_user("sam", role=Role.READ_ONLY)
    with pytest.raises(PermissionDenied):
        add_event(customer=zsofia, action="point_add", data={"points": 5}, account=None, by=Sender(sam, timezone.now()))


def test_the_operation_names_its_errors(zsofia: Customer, dana: User) -> None:
    def add(points: int, token: str) -> None:
        by = Sender(dana, timezone.now(), token=token)
        add_event(customer=zsofia, action="point_add", data={"points": points}, by=by)

    with pytest.raises(Refused):
        add(0, "a")
    add(5, "a")
    with pytest.raises(AlreadyRecorded):
        add(5, "a")


def test_the_details_tell_all_and_escape_it(staff: Client, zsofia: Customer) -> None:
    data = {"points": 5, "note": "<b>bold</b>", "place": {"city": "Pécs", "tags": ["a", True]}, "none": []}
    actor = Actor("api", ip_address="203.0.113.7", user_agent="till/1 <x>")
    [outcome] = record_all(Incoming("C-1", "point_add", data), by=actor)
    event = event_of([zsofia.id], outcome.events[0].id)
    assert event
    html = staff.get(f"/customers/{zsofia.id}/events/{event.id}/").content.decode()
    facts = dict(re.findall(r"<dt[^>]*>([^<]+)</dt><dd[^>]*>(.*?)</dd>", html, re.S))
    assert facts["note"] == "&lt;b&gt;bold&lt;/b&gt;"
    assert (facts["place › city"], facts["place › tags 1"], facts["place › tags 2"]) == ("Pécs", "a", "Yes")
    assert facts["none"] == "Empty"
    assert (facts["IP address"], facts["User agent"]) == ("203.0.113.7", "till/1 &lt;x&gt;")
    assert (facts["Action"], facts["Name"], facts["Points"]) == ("point_add", "Point add", "+5")
    assert facts["Unix time"] == str(int(event.occurred_at.timestamp()))
    assert facts["Programme version"] == str(event.program_version)
    assert facts["Administrator"] == "None"
    assert facts["Customer"] == "C-1"
    assert "5 of 5" in html


def test_the_details_link_cause_and_consequences(staff: Client, zsofia: Customer) -> None:
    [outcome] = record_all(checkout(zsofia, "T-1", 50))
    order, item = (event.id for event in outcome.events)
    address = f"/customers/{zsofia.id}/events/"
    assert f'href="{address}{item}/">Checkout item' in staff.get(f"{address}{order}/").content.decode()
    assert f'href="{address}{order}/">Checkout' in staff.get(f"{address}{item}/").content.decode()


def test_an_event_of_somebody_else_is_not_found(staff: Client, zsofia: Customer) -> None:
    other = make_customer("C-2")
    event = newest(other)
    assert staff.get(f"/customers/{zsofia.id}/events/{event.id}/").status_code == 404
    assert staff.get(f"/customers/{other.id}/events/{event.id}/").status_code == 200


def test_choosing_an_action_brings_its_fields_alone(staff: Client, zsofia: Customer) -> None:
    address = f"/customers/{zsofia.id}/events/add/?action=point_add"
    html = staff.get(address, headers=HTMX | {"HX-Target": "action-fields"}).content.decode()
    assert 'name="data-points"' in html
    assert "<form" not in html


def test_a_choice_whose_fields_have_not_come_yet_shows_them(staff: Client, zsofia: Customer) -> None:
    answer = send(staff, zsofia, "checkout", shown="point_add", data__points=5)
    assert answer.headers["Location"].endswith("/add/?action=checkout")


def test_an_event_of_very_many_attributes_says_that_some_are_left_out(staff: Client, zsofia: Customer) -> None:
    record_all(Incoming("C-1", "profile", {"answers": list(range(600))}))
    html = staff.get(f"/customers/{zsofia.id}/events/{newest(zsofia).id}/").content.decode()
    assert "answers 500<" in html
    assert "answers 501<" not in html
    assert "The first 500 attributes are shown." in html
