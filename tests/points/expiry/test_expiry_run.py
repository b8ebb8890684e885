"""The run that expires what is due: on random histories it does what the rules say, once, and nothing else."""

import datetime as dt
import json
import threading
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.accounts.expiry import idle_at
from loyalty.composition import COMPOSITION
from loyalty.engine.programs import programs
from loyalty.points.build import points_config
from loyalty.points.expiry import operations as expiry_run
from loyalty.points.expiry.operations import Expired, expire_points
from loyalty.points.expiry.tasks import expire as expire_task
from loyalty.sync.mechanism import OUTBOX_AS_SET
from segments.rows import TOUCHED_AS_SET
from tests.engine.races.racing import blocked
from tests.engine.world import NOW, accepted, check_books, configure, event, rows, send, somebody_subscribes
from tests.examples import examples
from tests.segments.segmenting import make_segment, members, work

DAY = dt.timedelta(days=1)
ZONE = ZoneInfo("Europe/Budapest")
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def budapest(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"


def expire(at: dt.datetime = NOW) -> Expired:
    return expire_points(now=lambda: at)


def points_of(customer: str) -> tuple[int, ...]:
    """earned, spent, expired, spendable of the default account."""
    found = rows(
        "SELECT earned, spent, expired, spendable FROM points_balance b JOIN customers_customer c ON c.id = customer_id"
        " JOIN points_account a ON a.id = account_id WHERE public_id = %s AND is_default",
        [customer],
    )
    return tuple(found[0])


@pytest.mark.django_db
def test_an_event_for_each_customer_and_account_and_an_entry_for_each_lot() -> None:
    somebody_subscribes()
    accepted(
        event("ann", "opt_in"),
        event("ann", "point_add", points=30, expdate="2026-03-10"),
        event("ann", "point_add", points=12, expdate="2026-03-10"),
        event("ann", "point_add", points=5, expdate="2026-03-11"),
        event("ann", "point_spend", points=20),
    )
    at = dt.datetime(2026, 3, 10, 23, tzinfo=dt.UTC)

    assert expire(at - dt.timedelta(microseconds=1)) == Expired()
    done = expire(at)

    assert (done.events, done.lots, done.points, done.chunks) == (1, 2, 22, 1)
    assert points_of("ann") == (47, 20, 22, 5)
    [(event_id, *told)] = rows(
        "SELECT id, action, points, data::text, source, source_detail, occurred_at, recorded_at, program_version, parent_id, staff_id"
        " FROM events_event ORDER BY id DESC LIMIT 1"
    )
    version = rows("SELECT version FROM staff_programversion")[0][0]
    assert told == ["point_expire", -22, '{"points": 22}', "timer", "", at, at, version, None, None]
    assert rows("SELECT kind, points, recorded_at FROM points_entry WHERE event_id = %s ORDER BY id", [event_id]) == [
        ("expire", -10, at),
        ("expire", -12, at),
    ]
    assert rows("SELECT points, remaining, expired FROM points_lot ORDER BY id") == [
        (30, 0, 10),
        (12, 0, 12),
        (5, 5, 0),
    ]
    assert rows("SELECT action, created_at FROM sync_outboxrow WHERE event_id = %s", [event_id]) == [
        ("point_expire", at)
    ]


@pytest.mark.django_db
def test_a_second_run_finds_nothing() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30, expdate="2026-03-10"))

    assert expire(NOW + 30 * DAY).points == 30
    assert expire(NOW + 30 * DAY) == Expired()


@pytest.mark.django_db
def test_nothing_expires_while_the_module_is_off() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30, expdate="2026-03-10"))
    configure(modules=[])

    assert expire(NOW + 30 * DAY) == Expired()


@pytest.mark.django_db
def test_the_suspended_and_the_inactive_lose_points_too_but_who_is_gone_has_none_to_lose() -> None:
    for name in ("ann", "bob", "cyd"):
        accepted(event(name, "opt_in"), event(name, "point_add", points=30, expdate="2026-03-10"))
    for name, status in (("ann", "suspended"), ("bob", "inactive"), ("cyd", "opted_out")):
        rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])

    assert expire(NOW + 30 * DAY).events == 2
    assert points_of("cyd") == (30, 0, 0, 30)


@pytest.mark.django_db
def test_all_points_of_the_idle_expire_together_and_the_next_earning_starts_the_clock_again() -> None:
    rows("UPDATE points_account SET expiry_after = 30, expiry_unit = 'days', expiry = 'activity'")
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30), event("ann", "point_add", points=7))
    accepted(event("ann", "point_add", points=5, expdate="2026-12-31"), event("ann", "point_spend", points=1), at=NOW)
    last_day = dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)

    assert expire(last_day - dt.timedelta(microseconds=1)).points == 0
    # The points with a date of their own were spent first, and keep it.
    assert expire(last_day).points == 37
    assert points_of("ann") == (42, 1, 37, 4)
    assert rows("SELECT active_at FROM points_balance") == [(None,)]

    accepted(event("ann", "point_add", points=3), at=last_day + DAY)
    assert expire(last_day + 30 * DAY).points == 0
    assert expire(last_day + 40 * DAY).points == 3


@pytest.mark.django_db
def test_who_was_never_seen_is_idle_since_activities_are_kept() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30))
    rows(
        "UPDATE points_account SET expiry_after = 30, expiry_unit = 'days', expiry = 'activity', expiry_since = %s",
        [NOW + 10 * DAY],
    )

    assert expire(NOW + 40 * DAY).points == 0
    assert expire(NOW + 41 * DAY).points == 30
    assert expire(NOW + 41 * DAY) == Expired()


@pytest.mark.django_db
def test_nobody_but_the_timer_may_let_points_expire() -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30))

    assert send(event("ann", "point_expire", points=30))[0].error is not None


def test_the_engine_would_do_nothing_more_at_an_expiry() -> None:
    """What is hung on it later must be done by the run, too."""
    plan = COMPOSITION.plan("point_expire")

    # They look at attributes that it has not.
    assert [apply.__name__ for apply in plan.applies] == [
        "extract_secrets",
        "refuse_internal_keys",
        "refuse_near_misses",
        "open_order",
    ]
    # Status points are counted of what is earned and taken back; an expiry is neither. The last two are said for a set, too.
    assert [hook.__name__ for hook in COMPOSITION.on_recorded] == [
        "keep_activity",
        "count_status_points",
        "touch",
        "put_in_outbox",
    ]
    assert COMPOSITION.on_recorded_as_set == (TOUCHED_AS_SET, OUTBOX_AS_SET)


@pytest.mark.django_db
def test_who_loses_points_is_put_in_line_once_while_a_segment_is_computed_and_never_else() -> None:
    make_segment("rich", "spendable points is at least 500", status="inactive")
    for name, days in (("ann", ("2026-03-10", "2026-04-10")), ("bob", ("2026-03-10",))):
        accepted(event(name, "opt_in"), *(event(name, "point_add", points=30, expdate=day) for day in days))
    at = dt.datetime(2026, 3, 11, tzinfo=dt.UTC)

    expire(at)
    assert rows("SELECT * FROM segments_touch") == []
    rows("UPDATE segments_segment SET status = 'active'")
    expire(at + 31 * DAY)

    touched = "SELECT public_id, happened_at FROM segments_touch JOIN customers_customer c ON c.id = customer_id"
    assert rows(touched) == [("ann", at + 31 * DAY)]


@pytest.mark.django_db
def test_whose_points_expire_leaves_the_segments_that_ask_for_them() -> None:
    make_segment("rich", "spendable points is at least 500")
    adding = [event("ann", "point_add", points=300, expdate=day) for day in ("2026-03-10", "2026-12-31")]
    accepted(event("ann", "opt_in"), *adding)
    work(NOW)
    assert members("rich") == {"ann"}

    expire(NOW + 30 * DAY)
    work(NOW + 30 * DAY)

    assert members("rich") == set()


@pytest.mark.django_db
def test_chunks_hold_so_many_lots_and_never_part_of_a_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry_run, "FIRST_LOTS", 4)
    monkeypatch.setattr(expiry_run._Pace, "took", lambda self, seconds: None)
    for name, lots in (("ann", 3), ("bob", 2), ("cyd", 9), ("dan", 1), ("eve", 3)):
        adding = [event(name, "point_add", points=2, expdate="2026-03-10") for _ in range(lots)]
        accepted(event(name, "opt_in"), *adding)

    done = expire(NOW + 30 * DAY)

    assert (done.chunks, done.events, done.lots) == (4, 5, 18)


@pytest.mark.django_db
def test_a_chunk_that_takes_too_long_is_taken_back_and_done_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    each = "AS named(customer_id)"
    slow = expiry_run._EXPIRE_DATED.replace(each, f"{each} WHERE pg_sleep(0.05) IS NOT NULL", 1)
    monkeypatch.setattr(expiry_run, "_EXPIRE_DATED", slow)
    monkeypatch.setattr(expiry_run, "MOST_SECONDS", 0.14)
    for name in ("ann", "bob", "cyd", "dan"):
        accepted(event(name, "opt_in"), event(name, "point_add", points=2, expdate="2026-03-10"))

    done = expire(NOW + 30 * DAY)

    assert (done.chunks, done.events, done.lots, done.points) == (2, 4, 4, 8)
    check_books()


@pytest.mark.django_db
def test_a_customer_alone_is_done_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    each = "AS named(customer_id)"
    slow = expiry_run._EXPIRE_DATED.replace(each, f"{each} WHERE pg_sleep(0.05) IS NOT NULL", 1)
    monkeypatch.setattr(expiry_run, "_EXPIRE_DATED", slow)
    monkeypatch.setattr(expiry_run, "MOST_SECONDS", 0.01)
    for name in ("ann", "bob"):
        accepted(event(name, "opt_in"), event(name, "point_add", points=2, expdate="2026-03-10"))

    assert expire(NOW + 30 * DAY).chunks == 2


@pytest.mark.parametrize(("seconds", "lots"), [(0.15, 500), (0.05, 750), (0.3, 250), (100, 125)])
def test_a_chunk_that_took_long_makes_the_next_one_smaller(seconds: float, lots: int) -> None:
    pace = expiry_run._Pace()

    pace.took(seconds)

    assert pace.lots == lots


@pytest.mark.django_db
def test_a_chunk_takes_as_many_statements_for_three_customers_as_for_one() -> None:
    numbers = []
    for name, at in (
        ("ann", NOW + 10 * DAY),
        ("bob", NOW + 20 * DAY),
        ("cyd", NOW + 20 * DAY),
        ("dan", NOW + 20 * DAY),
    ):
        accepted(event(name, "opt_in"), event(name, "point_add", points=30, expdate=f"{at:%Y-%m-%d}"))
    for at in (NOW + 15 * DAY, NOW + 30 * DAY):
        with CaptureQueriesContext(connection) as captured:
            expire(at)
        numbers.append(len(captured))

    assert numbers[0] == numbers[1]


# On random histories

names = st.sampled_from(["ann", "bob", "cyd"])
accounts = st.sampled_from([None, "idle", "dated"])
acts = st.one_of(
    st.tuples(
        st.just("point_add"),
        st.fixed_dictionaries(
            {"points": st.integers(1, 40)},
            optional={"expdate": st.sampled_from(["2026-03-05", "2026-03-20", "2026-05-01", ""])},
        ),
    ),
    st.tuples(
        st.sampled_from(["point_spend", "point_sub", "point_unspend"]),
        st.fixed_dictionaries({"points": st.integers(1, 30)}),
    ),
    st.tuples(st.just("point_fix"), st.fixed_dictionaries({"points": st.integers(-20, 20).filter(bool)})),
)
# What somebody does, and after how many hours; None: the run comes.
steps = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.none(), st.tuples(names, acts, accounts))), min_size=5, max_size=40
)
expiries = st.sampled_from(
    [
        "expiry = 'none'",
        "expiry = 'rolling', expiry_after = 20, expiry_unit = 'days'",
        "expiry = 'rolling', expiry_after = 1, expiry_unit = 'months'",
        "expiry = 'activity', expiry_after = 10, expiry_unit = 'days'",
        "expiry = 'activity', expiry_after = 10, expiry_unit = 'days', expiry_since = '2026-03-20 12:00Z'",
        "expiry = 'activity', expiry_after = 1, expiry_unit = 'months', expiry_actions = '{point_sub}'",
        "expiry = 'calendar', expiry_month = 3, expiry_day = 15",
        "expiry = 'anniversary'",
    ]
)


def table(name: str, columns: str) -> list[Row]:
    found = rows(f"SELECT {columns} FROM {name} ORDER BY 1, 2")
    return [dict(zip(columns.replace(" ", "").split(","), row, strict=True)) for row in found]


LOTS = "customer_id, id, account_id, points, remaining, expired, expires_at"
BALANCES = "customer_id, account_id, earned, spent, expired, reserved, pending, debt, active_at, spendable"


def is_idle(balance: Row, at: dt.datetime) -> bool:
    rule = points_config().by_id[balance["account_id"]].expiry
    if rule is None or rule.kind != "activity":
        return False
    last = balance["active_at"] or (rule.since if balance["spendable"] else None)
    return last is not None and idle_at(rule, last, ZONE) <= at


def expected(lots: list[Row], balances: list[Row], at: dt.datetime) -> tuple[list[Row], list[tuple[Any, ...]]]:
    """As `docs/ledger.md` says, one lot after the other: changes the rows; (customer, account, points) of the events,
    and (customer, lot, points) of the entries.
    """
    told: list[Row] = []
    entries = []
    for balance in balances:
        idle, points = is_idle(balance, at), 0
        for lot in lots:
            if (lot["customer_id"], lot["account_id"]) != (balance["customer_id"], balance["account_id"]):
                continue
            due = lot["expires_at"] <= at if lot["expires_at"] else idle
            if due and lot["remaining"]:
                entries.append((lot["customer_id"], lot["id"], -lot["remaining"]))
                points += lot["remaining"]
                lot["expired"], lot["remaining"] = lot["expired"] + lot["remaining"], 0
        balance["expired"] += points
        balance["spendable"] -= points
        if idle:
            balance["active_at"] = None
        if points:
            told.append({"customer": balance["customer_id"], "account": balance["account_id"], "points": -points})
    return told, sorted(entries)


def compare_a_run(at: dt.datetime) -> None:
    somebody_subscribes()
    lots, balances = table("points_lot", LOTS), table("points_balance", BALANCES)
    told, entries = expected(lots, balances, at)
    [(last_event, last_entry)] = rows(
        "SELECT max(e.id), max(n.id) FROM events_event e FULL JOIN points_entry n ON false"
    )

    done = expire(at)

    assert (done.events, done.lots, done.points) == (len(told), len(entries), -sum(row["points"] for row in told))
    assert table("points_lot", LOTS) == lots
    assert table("points_balance", BALANCES) == balances
    events = rows(
        "SELECT customer_id, account_id, points, id FROM events_event WHERE id > %s ORDER BY 1, 2", [last_event]
    )
    assert [dict(zip(("customer", "account", "points"), row[:3], strict=True)) for row in events] == told
    new = "SELECT customer_id, lot_id, points, event_id, account_id FROM points_entry WHERE id > %s ORDER BY 1, 2"
    found = rows(new, [last_entry or 0])
    assert [row[:3] for row in found] == entries
    assert {(row[0], row[4], row[3]) for row in found} == {(row[0], row[1], row[3]) for row in events}
    assert rows("SELECT event_id FROM sync_outboxrow WHERE event_id > %s ORDER BY 1", [last_event]) == sorted(
        (row[3],) for row in events
    )


@pytest.mark.django_db
@pytest.mark.random
@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps, expiries, expiries, expiries)
def test_on_random_histories_a_run_does_what_the_rules_say(
    history: list[Any], default: str, idle: str, dated: str
) -> None:
    before = transaction.savepoint()
    programs._program = None
    try:
        live_through(history, {"main": default, "idle": idle, "dated": dated})
    finally:
        transaction.savepoint_rollback(before)


def live_through(history: list[Any], rules: dict[str, str]) -> None:
    configure(multi_accounts=True)
    rows("UPDATE points_account SET slug = 'main'")
    rows(
        "INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('idle', 'A', 'p', false), ('dated', 'B', 'p', false)"
    )
    for slug, expiry in rules.items():
        rows(f"UPDATE points_account SET {expiry} WHERE slug = '{slug}'")
    accepted(*(event(name, "opt_in") for name in ("ann", "bob", "cyd")))
    at = NOW
    for hours, step in history:
        at += dt.timedelta(hours=hours)
        if step is None:
            compare_a_run(at)
        else:
            name, (action, data), account = step
            send(event(name, action, account=account, **data), at=at)
    compare_a_run(at + 20 * DAY)
    assert expire(at + 20 * DAY).lots == 0
    check_books()


# Beside others


@pytest.fixture
def two_dated(committed_db: None) -> None:
    for name in ("ann", "bob"):
        accepted(event(name, "opt_in"), event(name, "point_add", points=30, expdate="2026-03-10"))


def beside(*works: Callable[[], object], blocker: str) -> list[object]:
    """Each in a thread of its own; none goes on before all wait. What they answered or raised."""
    results: list[object] = [None] * len(works)

    def run(index: int) -> None:
        try:
            results[index] = works[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(works))]
    with blocked(blocker, until=len(works)):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
    return results


LATER = NOW + 30 * DAY
CUSTOMERS = "SELECT id FROM customers_customer ORDER BY id FOR UPDATE"
ALL_LOTS = "SELECT id FROM points_lot ORDER BY customer_id FOR UPDATE"


def spend_all() -> int | None:
    outcome = send(event("ann", "point_spend", points=30), at=LATER)[0]
    return outcome.error.code if outcome.error else None


def test_two_runs_at_once_expire_each_lot_once(two_dated: None) -> None:
    results = beside(lambda: expire(LATER), lambda: expire(LATER), blocker=CUSTOMERS)

    assert sorted(result.lots for result in results if isinstance(result, Expired)) == [0, 2]
    assert points_of("ann") == points_of("bob") == (30, 0, 30, 0)
    assert rows("SELECT count(*) FROM events_event WHERE action = 'point_expire'") == [(2,)]


def test_points_are_spent_or_expire_never_both(two_dated: None) -> None:
    done, code = beside(lambda: expire(LATER), spend_all, blocker=CUSTOMERS)

    assert isinstance(done, Expired)
    assert (done.lots, code) in {(2, 120241), (1, None)}
    assert points_of("ann") in {(30, 0, 30, 0), (30, 30, 0, 0)}


def test_without_the_lock_both_runs_would_take_the_same_points(
    two_dated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both find the points there, and only the constraint of the table stops the second."""
    monkeypatch.setattr(expiry_run, "_LOCK", expiry_run._LOCK.replace("FOR NO KEY UPDATE", ""))

    results = beside(lambda: expire(LATER), lambda: expire(LATER), blocker=ALL_LOTS)

    assert [type(result) for result in results].count(IntegrityError) == 1


@pytest.mark.django_db
def test_the_timer_runs_it_a_minute_after_midnight_and_each_hour(caplog: pytest.LogCaptureFixture) -> None:
    """PITFALLS 10: at the programme's midnight, so that nothing stays valid for part of a day."""
    beat: dict[str, Any] = django_settings.CELERY_BEAT_SCHEDULE["expire-points"]
    assert (beat["task"], beat["schedule"].minute, len(beat["schedule"].hour)) == (expire_task.name, {1}, 24)
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30, expdate="2026-03-01"))
    rows("UPDATE points_lot SET expires_at = now() - interval '1 second'")

    with caplog.at_level("INFO", logger="loyalty.points"):
        expire_task()

    assert points_of("ann") == (30, 0, 30, 0)
    told = [record.getMessage() for record in caplog.records if record.name == "loyalty.points"]
    assert told == ["expired: 1 lots of 1 customers and accounts, 30 points"]


@pytest.mark.django_db
def test_the_command_says_what_it_has_done(capsys: pytest.CaptureFixture[str]) -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=30, expdate="2026-03-01"))
    rows("UPDATE points_lot SET expires_at = now() - interval '1 second'")

    call_command("expire_points")

    said = json.loads(capsys.readouterr().out)
    assert (said["events"], said["lots"], said["points"], said["chunks"]) == (1, 1, 30, 1)
