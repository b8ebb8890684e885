"""What the API tells of each points account: what expires in it, what is owed, and which one is the default."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event, rows
from tests.events.api.reading import KEY
from tests.events.api.reading import get as read

pytestmark = pytest.mark.django_db
TODAY = dict.fromkeys(["today", "this_month", "this_year", "next_month", "next_year"], 0)


@pytest.fixture(autouse=True)
def two_accounts() -> None:
    development_key()
    development_key(KEY, "Reader")
    configure(multi_accounts=True)
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('roll', 'Roll', 'points', false)")
    accepted(event("ann", "opt_in"), at=timezone.now())


def told(client: Client, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/customers/ann?api_key=till-key{query}").json()
    return found


def by_account(found: dict[str, Any]) -> dict[str, Any]:
    return {one["id"]: one for one in found["accounts"]}


def test_points_that_expire_are_told_with_their_account(client: Client) -> None:
    day = timezone.localdate()
    accepted(event("ann", "point_add", "roll", points=40, expdate=day.isoformat()), at=timezone.now())

    found = told(client, "&fields=expiring_points,expiring_points.history")

    assert found["expiring_points"] == {"account": "main", **TODAY, "reset_date": None, "history": []}
    accounts = by_account(found)
    assert accounts["main"]["expiring_points"] == found["expiring_points"]
    due = accounts["roll"]["expiring_points"]
    assert (due["account"], due["today"], due["this_month"]) == ("roll", 40, 40)
    assert due["history"] == [{"date": day.isoformat(), "points": 40}]


def test_accounts_do_not_tell_of_it_unless_asked(client: Client) -> None:
    assert "expiring_points" not in by_account(told(client))["roll"]


def test_a_debt_makes_the_point_balance_negative(client: Client) -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(event("ann", "point_sub", points=5), event("ann", "point_sub", "roll", points=7), at=timezone.now())
    accepted(event("ann", "point_add", "roll", points=10), at=timezone.now())

    found = told(client)

    assert (found["spendable"], found["point_balance"]) == (0, -5)
    accounts = {
        name: (one["default"], one["spendable"], one["point_balance"]) for name, one in by_account(found).items()
    }
    assert accounts == {"main": (True, 0, -5), "roll": (False, 3, 3)}


def test_the_read_api_tells_the_same(client: Client) -> None:
    rows("UPDATE points_account SET negative_points = true")
    accepted(event("ann", "point_sub", points=5), at=timezone.now())

    [found] = read(client, "customers")["payload"]["customers"]

    assert found["point_balance"] == -5
    accounts = {name: (one["default"], one["point_balance"]) for name, one in found["accounts"].items()}
    assert accounts == {"main": (True, -5), "roll": (False, 0)}


def test_balances_as_of_an_instant_tell_it_too(client: Client) -> None:
    accepted(event("ann", "point_add", "roll", points=40), at=timezone.now())
    later = int((timezone.now() + dt.timedelta(hours=1)).timestamp())

    accounts = {one["id"]: one for one in told(client, f"&balance_at={later}")["balance_at"]["accounts"]}

    assert (accounts["roll"]["default"], accounts["roll"]["point_balance"]) == (False, 40)
