"""Points that staff add, deduct or spend by hand."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from customers.models import Customer
from events.models import Event
from loyalty.accounts.enums import MULTI_ACCOUNTS
from loyalty.accounts.models import Account
from loyalty.engine.events import Incoming
from loyalty.points.ledger.models import Balance
from loyalty.points.ledger.queries import balances_of
from loyalty.program.models import GeneralSettings
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.factories import make_customer, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def zsofia() -> Customer:
    return make_customer("C-1", first_name="Zsófia", points=100)


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))
    return client


def dialog(client: Client, customer: Customer) -> str:
    return client.get(f"/customers/{customer.id}/points/manage/", headers=HTMX).content.decode()


def send(client: Client, customer: Customer, action: str, points: Any, **data: Any) -> Any:
    sent = {"token": uuid4(), "action": action, "points": points, "reason": "Lost parcel", **data}
    return client.post(f"/customers/{customer.id}/points/manage/", sent, headers=HTMX)


def said(answer: Any) -> str:
    assert answer.status_code == 204, answer.content.decode()
    return str(json.loads(answer["HX-Trigger"])["toast"]["text"])


def errors(answer: Any) -> dict[str, str]:
    """By field; above the form under an empty name."""
    assert answer.status_code == 422
    page = answer.content.decode()
    found = dict(re.findall(r'id="id_([^"]+)_error" role="alert">.*?<span>([^<]*)</span>', page, re.S))
    above = re.findall(r'class="notice error" role="alert">.*?<span>([^<]*)</span>', page, re.S)
    return found | ({"": above[0]} if above else {})


def figures(customer: Customer) -> tuple[int, int, int]:
    balance: Balance = balances_of(customer.id)[0]
    return balance.earned, balance.spent, balance.spendable


@pytest.mark.parametrize(
    ("action", "text", "after"),
    [
        ("point_add", "1,000 points added.", (1100, 0, 1100)),
        ("point_sub", "1 point deducted.", (99, 0, 99)),
        ("point_spend", "30 points spent.", (100, 30, 70)),
    ],
)
def test_each_action_moves_its_figures(
    staff: Client, zsofia: Customer, action: str, text: str, after: tuple[int, int, int]
) -> None:
    answer = send(staff, zsofia, action, {"point_add": 1000, "point_sub": 1, "point_spend": 30}[action])
    assert said(answer) == text
    assert json.loads(answer["HX-Trigger"])["refresh:points"] is True
    assert figures(zsofia) == after
    event = Event.objects.filter(customer=zsofia, action=action).latest("id")
    assert (event.data["reason"], event.source) == ("Lost parcel", "back_office")


def test_added_points_may_expire(staff: Client, zsofia: Customer) -> None:
    send(staff, zsofia, "point_add", 5, expdate="2099-12-31")
    assert Event.objects.filter(customer=zsofia).latest("id").data["expdate"] == "2099-12-31"


def test_a_last_day_is_left_out_where_points_are_taken(staff: Client, zsofia: Customer) -> None:
    assert send(staff, zsofia, "point_sub", 5, expdate="2099-12-31").status_code == 204
    assert "expdate" not in Event.objects.filter(customer=zsofia).latest("id").data


def test_without_expiring_points_no_last_day_is_asked_for(staff: Client, zsofia: Customer) -> None:
    assert 'name="expdate"' in dialog(staff, zsofia)
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": []})
    assert 'name="expdate"' not in dialog(staff, zsofia)


def test_the_account_is_chosen_where_there_are_several(staff: Client, zsofia: Customer) -> None:
    Account.objects.create(slug="club", name="Club")
    assert 'name="account"' not in dialog(staff, zsofia)
    assert "Zsófia · 100 spendable" in dialog(staff, zsofia)
    GeneralSettings.objects.update_or_create(id=1, defaults={"modules": [MULTI_ACCOUNTS]})
    assert re.findall(r"<option[^>]*>([^<]+)<", dialog(staff, zsofia)) == [
        "Main account · 100 spendable",
        "Club · 0 spendable",
    ]
    send(staff, zsofia, "point_add", 7, account="club")
    assert [(one.account.slug, one.spendable) for one in balances_of(zsofia.id)[1]] == [("club", 7), ("main", 100)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"points": "-5"}, {"points": "Ensure this value is greater than or equal to 1."}),
        ({"points": ""}, {"points": "This field is required."}),
        ({"reason": " "}, {"reason": "This field is required."}),
        ({"points": 101}, {"points": "Not enough points: 101 needed, 100 spendable"}),
        ({"token": "none"}, {"": "This form is out of date. Close it and open it again."}),
        ({"action": "point_add", "expdate": "2001-01-01"}, {"expdate": "“Expiration date” must not be in the past."}),
    ],
)
def test_what_is_wrong_is_told_in_the_dialog(
    staff: Client, zsofia: Customer, data: dict[str, Any], found: dict[str, str]
) -> None:
    answer = send(staff, zsofia, **{"action": "point_spend", "points": 5, **data})
    assert errors(answer) == found
    assert figures(zsofia) == (100, 0, 100)


def test_an_action_that_is_not_offered_is_refused(staff: Client, zsofia: Customer) -> None:
    assert send(staff, zsofia, "point_unspend", 5).status_code == 422


def test_a_form_that_is_sent_twice_acts_once(staff: Client, zsofia: Customer) -> None:
    token = uuid4()
    answers = [send(staff, zsofia, "point_sub", 5, token=token) for _ in range(2)]
    assert [said(answer) for answer in answers] == ["5 points deducted.", "This action was already recorded."]
    assert figures(zsofia) == (95, 0, 95)


def test_what_is_owed_is_said(staff: Client, zsofia: Customer) -> None:
    Account.objects.update(negative_points=True)
    tell(Incoming("C-1", "point_sub", {"points": 130}))
    assert "Zsófia · 30 owed" in dialog(staff, zsofia)


def test_without_script_it_is_a_page_that_leads_back(staff: Client, zsofia: Customer) -> None:
    sent = {"token": uuid4(), "action": "point_add", "points": 5, "reason": "Sorry"}
    answer = staff.post(f"/customers/{zsofia.id}/points/manage/", sent)
    assert answer.headers["Location"] == f"/customers/{zsofia.id}/points/"


def test_a_reader_neither_sees_the_button_nor_may_use_it(client: Client, zsofia: Customer) -> None:
    client.force_login(User.objects.create_user("sam", role=Role.READ_ONLY))
    assert "Manage points" not in client.get(f"/customers/{zsofia.id}/points/").content.decode()
    assert send(client, zsofia, "point_add", 5).status_code == 403
    assert figures(zsofia) == (100, 0, 100)
