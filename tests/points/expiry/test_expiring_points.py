"""`fields=expiring_points` under each rule of the default account."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api_keys import development_key
from tests.engine.world import accepted, event, rows

pytestmark = pytest.mark.django_db
KEY = "till-key"


@pytest.fixture(autouse=True)
def budapest(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    development_key(KEY, "Till")


def rule(columns: str) -> None:
    rows(f"UPDATE points_account SET {columns} WHERE is_default")


def asked(client: Client) -> dict[str, Any]:
    body = client.get(f"/customers/ann?api_key={KEY}&fields=expiring_points,expiring_points.history").json()
    found: dict[str, Any] = body["expiring_points"]
    return found


def earn(points: int = 30, **data: Any) -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=points, **data), at=timezone.now())


def test_without_a_rule_nothing_is_reset(client: Client) -> None:
    earn()

    found = asked(client)

    assert (found["history"], found["reset_date"], found["this_year"]) == ([], None, 0)


def test_rolling_points_are_told_by_their_day_and_nothing_is_reset(client: Client) -> None:
    rule("expiry_after = 2, expiry_unit = 'days', expiry = 'rolling'")
    earn()

    found = asked(client)

    last_day = timezone.localdate() + dt.timedelta(days=2)
    assert found["history"] == [{"date": last_day.isoformat(), "points": 30}]
    assert found["reset_date"] is None


def test_the_calendar_resets_on_its_next_day(client: Client) -> None:
    today = timezone.localdate()
    rule(f"expiry_month = {today.month}, expiry_day = {today.day}, expiry = 'calendar'")
    earn()

    found = asked(client)

    assert found["reset_date"] == today.isoformat()
    assert (found["today"], found["history"]) == (30, [{"date": today.isoformat(), "points": 30}])


def test_the_anniversary_resets_the_day_before_it(client: Client) -> None:
    rule("expiry = 'anniversary'")
    earn()
    rows("UPDATE customers_customer SET optin_at = '2024-02-29 12:00Z'")

    reset = dt.date.fromisoformat(asked(client)["reset_date"])

    assert (reset + dt.timedelta(days=1)).strftime("%m-%d") in {"02-28", "02-29"}
    assert 0 <= (reset - timezone.localdate()).days <= 366


def test_points_of_the_last_activity_are_told_by_the_day_that_holds_if_none_follows(client: Client) -> None:
    rule("expiry_after = 10, expiry_unit = 'days', expiry = 'activity'")
    earn()
    dated = timezone.localdate() + dt.timedelta(days=4)
    accepted(event("ann", "point_add", points=7, expdate=dated.isoformat()), at=timezone.now())

    found = asked(client)

    idle = timezone.localdate() + dt.timedelta(days=10)
    assert found["history"] == [
        {"date": dated.isoformat(), "points": 7},
        {"date": idle.isoformat(), "points": 30},
    ]
    assert found["reset_date"] is None


def test_who_has_points_and_no_activity_is_told_by_when_activities_began_to_be_kept(client: Client) -> None:
    earn()
    rule("expiry_after = 10, expiry_unit = 'days', expiry = 'activity', expiry_since = now()")

    idle = timezone.localdate() + dt.timedelta(days=10)
    assert asked(client)["history"] == [{"date": idle.isoformat(), "points": 30}]


def test_what_has_expired_is_no_longer_about_to(client: Client) -> None:
    rule("expiry = 'anniversary'")
    earn()
    rows("UPDATE points_lot SET remaining = 0, expired = points")
    rows("UPDATE points_balance SET expired = earned")

    assert asked(client)["history"] == []
