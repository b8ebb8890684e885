"""Many logins and suspensions at once, each with its control."""

import pytest

from loyalty.engine.events import Incoming
from loyalty.engine.storage import statements
from tests.engine.races.racing import CLIENTS, race
from tests.engine.races.test_races import CUSTOMERS, WITHOUT_LOCK
from tests.engine.world import accepted, event, rows

pytestmark = pytest.mark.usefixtures("committed_db")


def at_once(action: str) -> list[list[Incoming]]:
    accepted(event("ann", "opt_in"))
    return [[event("ann", action)] for _ in range(CLIENTS)]


def told(action: str) -> int:
    return int(rows("SELECT count(*) FROM events_event WHERE action = %s", [action])[0][0])


def test_sixty_four_logins_at_once_make_one_daily_login() -> None:
    assert race(at_once("login"), CUSTOMERS) == [None] * CLIENTS
    assert (told("login"), told("daily_login")) == (CLIENTS, 1)


def test_control_without_the_lock_they_make_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    race(at_once("login"), CUSTOMERS)
    assert told("daily_login") > 1


def test_of_sixty_four_suspensions_at_once_one_wins() -> None:
    found = race(at_once("suspend"), CUSTOMERS)
    assert sorted(found, key=str) == [114400] * (CLIENTS - 1) + [None]
    assert told("suspend") == 1


def test_control_without_the_lock_several_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    assert race(at_once("suspend"), CUSTOMERS).count(None) > 1
