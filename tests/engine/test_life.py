"""Suspended and back, logged in, celebrated: each rule by its name."""

import datetime as dt
from typing import Any

import pytest

from customers.life.actions import OF_THE_TIMER
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.intake.sources import Source

from .world import NOW, accepted, codes, configure, counts, event, rows, send, spendable

pytestmark = pytest.mark.django_db
TIMER = Actor(Source.TIMER.value)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def ann() -> None:
    """An active member since a year and a day, with 100 points, whose birthday is today."""
    accepted(event("ann", "opt_in", birth_date="1990-03-01"), at=NOW - 366 * DAY)
    accepted(event("ann", "point_add", points=100))


def status() -> str:
    return str(rows("SELECT status FROM customers_customer WHERE public_id = 'ann'")[0][0])


def last_login() -> dt.datetime | None:
    found: dt.datetime | None = rows("SELECT last_login_at FROM customers_customer WHERE public_id = 'ann'")[0][0]
    return found


def actions() -> list[str]:
    return [action for (action,) in rows("SELECT action FROM events_event ORDER BY id")]


def timed(*events: Incoming, at: dt.datetime = NOW) -> list[int | None]:
    return codes(record(events, by=TIMER, at=at))


def suspended() -> None:
    accepted(event("ann", "suspend", reason="Chargebacks"))


def test_suspending_makes_an_active_customer_suspended_and_keeps_why(ann: None) -> None:
    suspended()

    assert status() == "suspended"
    assert rows("SELECT data FROM events_event WHERE action = 'suspend'") == [('{"reason": "Chargebacks"}',)]
    assert rows("SELECT updated_at FROM customers_customer") == [(NOW,)]


def test_114400_only_active_customers_are_suspended(ann: None) -> None:
    suspended()
    configure(auto_subscribe="any")
    accepted(event("bob", "subscribe"))

    assert codes(send(event("ann", "suspend"), event("bob", "suspend"), event("new", "suspend"))) == [114400] * 3
    assert counts()["customers_customer"] == 2


def test_unsuspending_makes_a_suspended_customer_active(ann: None) -> None:
    suspended()
    accepted(event("ann", "unsuspend"))

    assert status() == "active"
    accepted(event("ann", "point_spend", points=100))


def test_114600_only_suspended_customers_are_unsuspended(ann: None) -> None:
    assert codes(send(event("ann", "unsuspend"))) == [114600]


@pytest.mark.parametrize("action", ["suspend", "unsuspend", "login", "daily_login"])
def test_160212_an_unknown_customer_is_no_new_one(action: str) -> None:
    assert codes(send(event("nobody", action))) == [160212]


@pytest.mark.parametrize("gone", ["opted_out", "banned", "merged"])
@pytest.mark.parametrize("action", ["suspend", "unsuspend", "login", "daily_login", "opt_in"])
def test_160212_who_is_gone(ann: None, action: str, gone: str) -> None:
    rows("UPDATE customers_customer SET status = %s", [gone])

    assert codes(send(event("ann", action))) == [160212]


def test_0_a_reason_is_a_text(ann: None) -> None:
    [outcome] = send(event("ann", "suspend", reason=["x"]))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (0, "'reason' must be a text")
    assert status() == "active"


def test_110003_while_suspended_there_is_no_way_of_spending(ann: None) -> None:
    """Reserved before, an order that waits, a guest's order: nothing opens another door."""
    configure(checkout_accept=True)
    accepted(
        event("ann", "reserve_points", transaction_id="r", points=10),
        event("ann", "checkout", transaction_id="waiting", total=50, points_burned=5),
        Incoming("guest", "checkout", {"transaction_id": "g", "total": 10}, guest=True),
    )
    suspended()
    before = spendable("ann")

    found = codes(
        send(
            event("ann", "point_spend", points=1),
            event("ann", "point_spend", transaction_id="r", points=1),
            event("ann", "reserve_points", transaction_id="new", points=1),
            event("ann", "checkout", transaction_id="t", total=10, points_burned=1),
            event("ann", "checkout", transaction_id="r", total=10, points_burned=10),
            event("ann", "checkout_update", transaction_id="waiting", points_burned=6),
        )
    )

    assert found == [110003] * 6
    assert spendable("ann") == before
    # What was agreed before goes on, and points only come back.
    accepted(
        event("ann", "checkout_accept", transaction_id="waiting"),
        event("ann", "checkout_claim", transaction_id="g"),
        event("ann", "release_points", transaction_id="r"),
    )
    assert before is not None
    assert spendable("ann") == before + 50 + 10


def test_suspended_customers_earn_and_may_be_corrected(ann: None) -> None:
    suspended()
    accepted(
        event("ann", "point_add", points=5),
        event("ann", "checkout", transaction_id="t", total=10),
        event("ann", "point_sub", points=1),
    )
    assert spendable("ann") == 114


def test_suspended_customers_keep_their_profile_up_to_date_and_log_in(ann: None) -> None:
    suspended()
    accepted(event("ann", "profile", first_name="Ann"), event("ann", "login"))
    assert codes(send(event("ann", "opt_in"))) == [112101]
    assert (status(), last_login()) == ("suspended", NOW)


def test_the_first_login_of_a_day_is_followed_by_a_daily_login(ann: None) -> None:
    outcomes = [*accepted(event("ann", "login")), *accepted(event("ann", "login"), at=NOW + HOUR)]

    assert [[row.action for row in outcome.events] for outcome in outcomes] == [["login", "daily_login"], ["login"]]
    assert last_login() == NOW + HOUR
    [outcome] = accepted(event("ann", "login"), at=NOW + DAY)
    assert [row.action for row in outcome.events] == ["login", "daily_login"]
    [(cause, parent)] = rows(
        "SELECT e.id, d.parent_id FROM events_event e JOIN events_event d ON d.parent_id = e.id ORDER BY e.id LIMIT 1"
    )
    assert cause == parent


def test_the_day_of_a_login_is_the_programmes(settings: Any) -> None:
    """In New York 03:30 UTC is still the day before."""
    settings.TIME_ZONE = "America/New_York"
    accepted(event("ann", "opt_in"))
    evening = dt.datetime(2026, 3, 3, 1, tzinfo=dt.UTC)
    found = [
        len(accepted(event("ann", "login"), at=at)[0].events)
        for at in (evening, evening + 2.5 * HOUR, evening + 4.5 * HOUR)
    ]
    assert found == [2, 1, 2]


def test_a_login_that_is_told_late_is_never_the_first_of_its_day(ann: None) -> None:
    accepted(event("ann", "login"))
    yesterday = int((NOW - DAY).timestamp())
    [outcome] = accepted(event("ann", "login", effective_timestamp=yesterday), at=NOW + HOUR)
    assert [row.action for row in outcome.events] == ["login"]
    assert last_login() == NOW


def test_160216_an_inactive_customer_does_not_log_in() -> None:
    accepted(event("ann", "subscribe"))
    assert codes(send(event("ann", "login"), event("ann", "daily_login"))) == [160216, 160216]
    assert last_login() is None


def test_10001_a_second_daily_login_of_a_day(ann: None) -> None:
    accepted(event("ann", "daily_login"))
    assert codes(send(event("ann", "daily_login"), at=NOW + HOUR)) == [10001]
    assert last_login() == NOW
    [outcome] = accepted(event("ann", "login"), at=NOW + HOUR)
    assert [row.action for row in outcome.events] == ["login"]
    accepted(event("ann", "daily_login"), at=NOW + DAY)


@pytest.mark.parametrize("source", ["api", "import", "back_office", "automation"])
@pytest.mark.parametrize("action", ["birthday", "anniversary"])
def test_0_only_the_timer_celebrates(ann: None, action: str, source: str) -> None:
    [outcome] = record([event("ann", action)], by=Actor(source), at=NOW)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == (10003, f"Invalid action: {action}. {OF_THE_TIMER}")


def test_10001_a_second_birthday_in_a_calendar_year(ann: None) -> None:
    assert timed(event("ann", "birthday"), event("ann", "birthday")) == [None, 10001]
    assert timed(event("ann", "birthday")) == [10001]
    accepted(event("ann", "profile", birth_date="1990-05-01"))
    assert timed(event("ann", "birthday"), at=NOW + 61 * DAY) == [10001]
    assert timed(event("ann", "birthday"), at=NOW + 426 * DAY) == [None]


def test_10001_the_birthday_of_a_profile_that_was_merged_in_counts_too(ann: None) -> None:
    accepted(event("old", "opt_in", birth_date="1990-03-01"))
    assert timed(event("old", "birthday")) == [None]
    rows(
        'INSERT INTO customers_merge (source_id, survivor_id, "into", kind, merged_at, source_event, survivor_event, moved,'
        " filled) SELECT o.id, a.id, a.id, 'partial', now(), 1, 1, '{}', '{}' FROM customers_customer o, customers_customer a"
        " WHERE o.public_id = 'old' AND a.public_id = 'ann'"
    )
    assert timed(event("ann", "birthday")) == [10001]


def test_0_a_birthday_is_on_its_day_only(ann: None) -> None:
    accepted(event("bob", "opt_in"))
    assert timed(event("ann", "birthday"), event("bob", "birthday"), at=NOW + DAY) == [0, 0]


def test_an_anniversary_says_how_many_years_it_has_been(ann: None) -> None:
    accepted(event("old", "opt_in", effective_timestamp=int((NOW - 3652 * DAY).timestamp())))
    assert timed(event("old", "anniversary"), event("ann", "anniversary")) == [None, 0]
    assert rows("SELECT data FROM events_event WHERE action = 'anniversary'") == [('{"years": 10}',)]
    assert timed(event("old", "anniversary")) == [10001]


def test_0_the_day_of_the_opt_in_is_no_anniversary() -> None:
    accepted(event("new", "opt_in"))
    assert timed(event("new", "anniversary")) == [0]


def test_160216_nothing_is_celebrated_with_inactive_customers() -> None:
    accepted(event("ann", "subscribe", birth_date="1990-03-01"))
    assert timed(event("ann", "birthday")) == [160216]


@pytest.mark.parametrize(("action", "sent"), [("birthday", "birthday"), ("daily_login", "login")])
def test_celebrations_and_daily_logins_earn_what_their_event_type_says(ann: None, action: str, sent: str) -> None:
    rows("UPDATE events_eventtype SET default_points = 25 WHERE action = %s", [action])
    suspended()
    assert timed(event("ann", sent)) == [None]
    assert spendable("ann") == 125
    assert rows("SELECT points FROM events_event WHERE action = %s", [action]) == [(25,)]


def test_without_default_points_a_birthday_moves_none(ann: None) -> None:
    assert timed(event("ann", "birthday")) == [None]
    assert spendable("ann") == 100
