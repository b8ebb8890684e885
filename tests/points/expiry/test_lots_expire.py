"""What a lot's date is when it is earned, and how the last activity is kept."""

import datetime as dt
from typing import Any

import pytest

from loyalty.accounts.models import Account
from tests.engine.world import NOW, accepted, configure, event, rows

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def budapest(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"


def rule(**columns: Any) -> None:
    """Save the default account's expiry rule by column."""
    for name, value in columns.items():
        rows(f"UPDATE points_account SET {name} = %s WHERE is_default", [value])


def dates() -> list[dt.datetime | None]:
    return [date for (date,) in rows("SELECT expires_at FROM points_lot ORDER BY id")]


def active_at() -> dt.datetime | None:
    found: dt.datetime | None = rows("SELECT active_at FROM points_balance")[0][0]
    return found


def test_a_lot_gets_the_date_of_its_accounts_rule() -> None:
    rule(expiry_after=1, expiry_unit="years", expiry="rolling")

    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))

    assert dates() == [dt.datetime(2027, 3, 1, 23, tzinfo=dt.UTC)]


def test_the_anniversary_is_the_opt_ins() -> None:
    rule(expiry="anniversary")
    joined = int((NOW - 100 * DAY).timestamp())

    accepted(event("ann", "opt_in", effective_timestamp=joined), event("ann", "point_add", points=5))

    assert dates() == [dt.datetime(2026, 11, 20, 23, tzinfo=dt.UTC)]


def test_backdated_points_expire_by_their_effect_time() -> None:
    rule(expiry_after=1, expiry_unit="months", expiry="rolling")
    accepted(event("ann", "opt_in"))

    accepted(event("ann", "point_add", points=5, effective_timestamp=int((NOW - 300 * DAY).timestamp())))

    assert dates() == [dt.datetime(2025, 6, 5, 22, tzinfo=dt.UTC)]


def test_an_expiry_date_of_the_event_wins_over_the_rule() -> None:
    rule(expiry_month=12, expiry_day=31, expiry="calendar")

    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5, expdate="2026-06-30"))

    assert dates() == [dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)]


def test_nothing_expires_while_the_module_is_off() -> None:
    rule(expiry="anniversary")
    configure(modules=[])

    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))

    assert dates() == [None]


def test_without_the_rule_no_activity_is_kept() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))

    assert active_at() is None


def test_earning_and_spending_are_activities_and_move_the_date_only_forwards() -> None:
    rule(expiry_after=6, expiry="activity")
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=50))
    assert active_at() == NOW

    accepted(event("ann", "point_spend", points=5), at=NOW + DAY)
    assert active_at() == NOW + DAY

    accepted(event("ann", "point_add", points=5, effective_timestamp=int(NOW.timestamp())), at=NOW + 2 * DAY)
    assert active_at() == NOW + DAY


def test_deductions_returned_points_and_mere_events_are_no_activity() -> None:
    rule(expiry_after=6, expiry="activity")
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=50), event("ann", "point_spend", points=20))

    accepted(event("ann", "point_sub", points=5), event("ann", "point_unspend", points=20), at=NOW + DAY)
    accepted(event("ann", "point_fix", points=-5), event("ann", "profile", first_name="Ann"), at=NOW + DAY)

    assert active_at() == NOW


def test_listed_actions_are_the_only_activities_but_the_first_points_start_the_clock() -> None:
    rule(expiry_after=6, expiry_actions=["profile"], expiry="activity")
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=50))
    assert active_at() == NOW

    accepted(event("ann", "point_add", points=50), event("ann", "point_spend", points=5), at=NOW + DAY)
    assert active_at() == NOW

    accepted(event("ann", "profile", first_name="Ann"), at=NOW + 2 * DAY)
    assert active_at() == NOW + 2 * DAY


@pytest.mark.parametrize("change", [{"expiry": "activity"}, {"expiry": "activity", "expiry_actions": ["profile"]}])
def test_who_begins_to_count_activities_begins_from_now(change: dict[str, Any]) -> None:
    """Nobody loses points for not having been seen while nobody looked."""
    account = Account.objects.get(is_default=True)
    if "expiry_actions" in change:
        rule(expiry_after=6, expiry="activity")
    account.expiry_after = 6
    for name, value in change.items():
        setattr(account, name, value)

    account.save(update_fields=["expiry_after", *change])
    since = Account.objects.get(is_default=True).expiry_since
    assert since is not None

    account.name = "Stars"
    account.save()
    assert Account.objects.get(is_default=True).expiry_since == since
