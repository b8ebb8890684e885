"""Tills and the timer at once: one rise and one fall. Each race has its control, the same race without the lock."""

import threading
import time

import pytest
from django.db import connection

from loyalty.engine import sweep
from loyalty.engine.storage import statements
from loyalty.tiers.expiry.operations import expire_tiers
from tests.engine.races.racing import Result, blocked, race, waiting
from tests.engine.world import NOW, accepted, check_books, event, rows, send
from tests.tiers.ladders import set_up, structure

pytestmark = pytest.mark.usefixtures("committed_db")
TILLS = 8
# Writes of levels and days wait for it, reads and the locks of customers do not.
DAYS = "LOCK TABLE tiers_statusday IN SHARE MODE"
STANDINGS = "LOCK TABLE tiers_customertier IN SHARE MODE"
WITHOUT_LOCK = statements.LOCK.replace("FOR NO KEY UPDATE", "")


def told(action: str) -> int:
    return int(rows("SELECT count(*) FROM events_event WHERE action = %s", [action])[0][0])


def points() -> int:
    return int(rows("SELECT sum(points) FROM tiers_statusday")[0][0])


def tills() -> list[Result]:
    """Each of them alone reaches the level."""
    set_up(structure())
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=1))
    return race([[event("ann", "point_add", points=1_000)] for _ in range(TILLS)], DAYS)


def test_of_tills_that_reach_the_level_at_once_one_lifts() -> None:
    assert tills() == [None] * TILLS
    assert (told("tier_up"), points()) == (2, 8_001)
    check_books()


def test_control_without_the_lock_several_lift_and_points_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    assert tills() == [None] * TILLS
    assert told("tier_up") > 2
    assert points() < 8_001


def expiring() -> None:
    """Ann's level is over since this morning, and neither the timer nor a till has seen to it."""
    set_up(structure())
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))
    accepted(event("ann", "tier_change", structure="standard", tier="t1", expdate=f"{NOW:%Y-%m-%d}"))
    rows("UPDATE tiers_customertier SET expires_on = %s", [NOW.date()])


def timers_and_tills(timers: int, tills: int) -> list[Exception]:
    failed: list[Exception] = []

    def run(number: int) -> None:
        try:
            if number < timers:
                expire_tiers(now=lambda: NOW)
            else:
                send(event("ann", "point_add", points=10))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(timers + tills)]
    with blocked(STANDINGS, until=1):
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while waiting() < timers + tills and time.monotonic() < deadline:
            time.sleep(0.01)
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return failed


@pytest.mark.parametrize(("timers", "tills"), [(2, 2), (3, 0)])
def test_timers_and_tills_at_once_tell_of_one_fall(timers: int, tills: int) -> None:
    expiring()
    assert timers_and_tills(timers, tills) == []
    assert told("tier_down") == 1
    assert points() == 100 + 10 * tills
    check_books()


def test_control_without_the_lock_there_are_several_falls(monkeypatch: pytest.MonkeyPatch) -> None:
    expiring()
    monkeypatch.setattr(sweep, "_LOCK", sweep._LOCK.replace("FOR NO KEY UPDATE", ""))
    timers_and_tills(3, 0)
    assert told("tier_down") > 1
