"""Why these points: each event's rule and figures, its lots, and what became of them; the command and the panel."""

import html
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from events.models import Event
from events.orders.enums import CHECKOUT_ACCEPT
from events.types.models import EventType
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.points.history.explain import Explanation, LotStory, explain, explain_all
from loyalty.points.ledger.models import Balance, Entry, Lot
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import NOON, checkout, make_customer, tell
from tests.verify.histories import live, switch_everything_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return make_customer("C-1")


def add(points: int, **data: Any) -> Incoming:
    return Incoming("C-1", "point_add", {"points": points, **data})


def act(action: str, **data: Any) -> Incoming:
    return Incoming("C-1", action, data)


def told(customer: Customer, *events: Incoming) -> list[Explanation]:
    """Record them one by one, and explain each."""
    ids = [tell(event)[0].events[0].id for event in events]
    found = [explain([customer.id], id) for id in ids]
    return [one for one in found if one]


def uses(lot: LotStory) -> list[tuple[str, str, int, int]]:
    return [(use.by.action, use.kind, use.points, use.left) for use in lot.uses]


def test_an_order_is_told_with_its_rule_and_every_later_use(customer: Customer) -> None:
    tell(checkout(customer, "T-1", 50))
    event = Event.objects.get(action="checkout")
    tell(act("point_spend", points=20), act("point_unspend", points=5))
    tell(act("partial_refund", transaction_id="T-1", amount=10))
    one = explain([customer.id], event.id)
    assert one
    [lot] = one.lots
    assert (lot.points, lot.left, lot.account, lot.program_version) == (50, 25, "main", event.program_version)
    assert list(lot.why) == ["50 EUR × 100 % = 50 points"]
    assert uses(lot) == [
        ("point_spend", "spend", -20, 30),
        ("point_unspend", "unspend", 5, 35),
        ("partial_refund", "refund", -10, 25),
    ]
    assert (dict(one.points), one.event.transaction_id) == ({"main": 50}, "T-1")


def test_a_spending_names_the_events_whose_points_it_took(customer: Customer) -> None:
    *earned, spent = told(customer, add(30, expdate="2027-01-31"), add(40), act("point_spend", points=50))
    assert [(move.kind, move.points, move.lot_id) for move in spent.moves] == [
        ("spend", -30, earned[0].lots[0].id),
        ("spend", -20, earned[1].lots[0].id),
    ]
    assert [move.earned_by for move in spent.moves] == [one.event for one in earned]


def test_points_without_a_rule_say_who_named_them(customer: Customer) -> None:
    [added] = told(customer, add(30, reason="Goodwill"))
    assert list(added.lots[0].why) == ["The event names the points itself."]
    assert added.reason == "Goodwill"


def test_what_could_not_be_taken_is_owed_and_what_repaid_it_is_told(customer: Customer) -> None:
    Account.objects.update(negative_points=True)
    owing, repaying = told(customer, act("point_spend", points=20), add(50))
    assert [(move.kind, move.points, move.lot_id) for move in owing.moves] == [("spend", -20, None)]
    assert uses(repaying.lots[0]) == [("point_add", "repay", -20, 30)]
    assert [(move.kind, move.points, move.lot_id) for move in repaying.moves] == [("repay", 20, None)]


def test_a_reservation_and_its_burn_are_uses_of_the_lot(customer: Customer) -> None:
    [added] = told(customer, add(50))
    tell(act("reserve_points", transaction_id="T-9", points=30))
    tell(checkout(customer, "T-9", 10, points_burned=30))
    again = explain([customer.id], added.event.id)
    assert again
    assert uses(again.lots[0]) == [
        ("reserve_points", "reserve", -30, 20),
        ("release_points", "release", 30, 50),
        ("point_burn", "spend", -30, 20),
    ]


def test_pending_points_lead_to_what_settled_them(customer: Customer) -> None:
    GeneralSettings.objects.update(modules=[CHECKOUT_ACCEPT])
    ordered, accepted = told(customer, checkout(customer, "T-1", 50), act("checkout_accept", transaction_id="T-1"))
    [promise] = ordered.promised
    assert (promise.points, promise.kept, promise.settled_by) == (50, True, accepted.event)
    assert list(promise.why) == ["50 EUR × 100 % = 50 points"]
    assert [one.by for one in accepted.settled] == [ordered.event]
    assert accepted.lots[0].why == promise.why
    assert (dict(accepted.points), dict(accepted.pending)) == ({"main": 50}, {"main": -50})


def test_cancelled_pending_points_are_told_as_such(customer: Customer) -> None:
    EventType.objects.create(action="visit", name="Visit", default_points=9, pending_days=14)
    [visit] = told(customer, act("visit"))
    assert (visit.promised[0].kept, visit.promised[0].due_at) == (None, NOON + timedelta(days=14))
    [rejected] = told(customer, act("pending_reject", event=visit.event.id))
    assert [one.kept for one in rejected.settled] == [False]


def test_a_change_of_dates_is_told_on_both_sides(customer: Customer) -> None:
    [added] = told(customer, add(50, expdate="2027-01-31"))
    [changing] = told(customer, act("point_expiration", events=[added.event.id], expdate="2027-06-30"))
    again = explain([customer.id], added.event.id)
    assert again
    [change] = again.lots[0].changes
    assert (change.by, change.points, change.was, change.now) == (changing.event, 50, "2027-01-31", "2027-06-30")
    assert list(changing.changes) == [change]


def test_cause_and_consequences_are_linked(customer: Customer) -> None:
    tell(add(50))
    [ordered] = told(customer, checkout(customer, "T-1", 10, points_burned=30))
    burn = next(one for one in ordered.consequences if one.action == "point_burn")
    burned = explain([customer.id], burn.id)
    assert burned
    assert burned.cause == ordered.event


def test_every_point_of_a_long_history_is_explained() -> None:
    """The stories add up: to the entries, to what the lots hold, and to the balances."""
    switch_everything_on()
    customer = make_customer("C-1")
    live(300)
    everything = explain_all([customer.id])
    for one in everything:
        assert explain([customer.id], one.event.id) == one
    lots = [lot for one in everything for lot in one.lots]
    assert {lot.id for lot in lots} == set(Lot.objects.values_list("id", flat=True))
    for lot in lots:
        assert lot.points + sum(use.points for use in lot.uses) == lot.left
        assert (lot.uses[-1].left if lot.uses else lot.points) == lot.left
    told_moves = sum(len(one.moves) + len(one.lots) for one in everything)
    # What repays from its own lot at once is told as that lot's use.
    own = sum(use.by.id == lot.earned_by.id for lot in lots for use in lot.uses)
    assert told_moves + own == Entry.objects.exclude(kind="pending").count()
    for balance in Balance.objects.select_related("account"):
        slug = balance.account.slug
        assert sum(one.points.get(slug, 0) for one in everything) == balance.spendable - balance.debt
        assert sum(one.pending.get(slug, 0) for one in everything) == balance.pending


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("explain", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_the_story_as_text(customer: Customer) -> None:
    tell(checkout(customer, "T-1", 50), act("point_spend", points=20))
    order, spent = Event.objects.filter(points__gt=0).get(), Event.objects.get(action="point_spend")
    lot = Lot.objects.get()
    version = order.program_version
    assert run("C-1").splitlines() == [
        "main: 30 spendable, 0 pending, 0 reserved, 0 owed",
        "",
        f"#{order.id} Checkout, 20 Nov 2026, 12:00 UTC, order T-1, programme version {version}",
        "  +50 in main",
        f"  lot {lot.id}: 50 points in main, 30 left, without a date",
        "    why: 50 EUR × 100 % = 50 points",
        f"    −20 spent by #{spent.id} Point spend, 20 Nov 2026, 12:00 UTC; 30 left",
        f"  followed by #{order.id + 1} Checkout item, 20 Nov 2026, 12:00 UTC, order T-1",
        "",
        f"#{spent.id} Point spend, 20 Nov 2026, 12:00 UTC, programme version {version}",
        "  −20 in main",
        f"  −20 spent: lot {lot.id} of #{order.id} Checkout, 20 Nov 2026, 12:00 UTC, order T-1, without a date",
    ]
    assert run("C-1", "--event", str(spent.id)).count("#") == 2


def test_the_command_prints_json(customer: Customer) -> None:
    [spent] = told(customer, add(50), act("point_spend", points=20))[1:]
    found = json.loads(run("C-1", "--json", "--event", str(spent.event.id)))
    assert found["customer"] == "C-1"
    assert found["balances"][0] == {
        "account": "main", "earned": 50, "spent": 20, "expired": 0, "reserved": 0, "pending": 0, "spendable": 30, "debt": 0,
    }  # fmt: skip
    [one] = found["events"]
    assert (one["event"]["id"], one["points"], one["moves"][0]["points"]) == (spent.event.id, {"main": -20}, -20)


def test_the_command_names_what_it_does_not_find(customer: Customer) -> None:
    with pytest.raises(CommandError, match="No customer has the ID C-9"):
        run("C-9")
    with pytest.raises(CommandError, match="Customer C-1 has no event 999999"):
        run("C-1", "--event", "999999")


# The panel


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.READ_ONLY))
    return client


def panel(client: Client, customer: Customer, event_id: int, **headers: Any) -> str:
    answer = client.get(f"/customers/{customer.id}/points/{event_id}/", **headers)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_panel_is_a_dialog_for_htmx_and_a_page_without(client: Client, customer: Customer) -> None:
    tell(checkout(customer, "T-1", 50), act("point_spend", points=20))
    order = Event.objects.filter(points__gt=0).get()
    dialog = panel(client, customer, order.id, headers={"HX-Request": "true"})
    assert 'id="modal-title"' in dialog
    assert "<main" not in dialog
    page = panel(client, customer, order.id)
    assert "<main" in page
    for text in (dialog, page):
        assert "50 EUR × 100 % = 50 points" in text
        assert "50 points, 30 left" in text
        assert ">Point spend</a>" in text


def test_every_kind_of_event_has_its_panel(client: Client) -> None:
    switch_everything_on()
    customer = make_customer("C-1")
    live(120)
    for event in Event.objects.distinct("action").order_by("action"):
        assert event.action.replace("_", " ").split()[0].capitalize() in panel(client, customer, event.id)


def test_rows_and_details_lead_to_the_explanation(client: Client, customer: Customer) -> None:
    [added] = told(customer, add(50))
    address = f'href="/customers/{customer.id}/points/{added.event.id}/"'
    assert address in client.get(f"/customers/{customer.id}/points/").content.decode()
    assert address in client.get(f"/customers/{customer.id}/events/{added.event.id}/").content.decode()


def test_an_event_of_somebody_else_has_no_panel(client: Client, customer: Customer) -> None:
    other = make_customer("C-2", points=5)
    event = Event.objects.get(customer=other, action="point_add")
    assert client.get(f"/customers/{customer.id}/points/{event.id}/").status_code == 404


def test_the_number_of_queries_is_fixed(client: Client, customer: Customer) -> None:
    [added] = told(customer, add(500))
    counts = []
    for number in range(3):
        tell(checkout(customer, f"T-{number}", 10, points_burned=5))
        with CaptureQueriesContext(connection) as captured:
            panel(client, customer, added.event.id)
        counts.append(len(captured))
    assert counts[0] == counts[2]
    assert counts[0] <= 17
