"""Opting out against all that may be written about the person at the same moment: nothing is left, nobody comes back."""

import datetime as dt
import random
import threading
from typing import Any

import pytest
from django.db import connection

from loyalty.engine import record as engine
from loyalty.engine.types import Incoming
from tests.engine.scanning import tables
from tests.engine.world import NOW, accepted, configure, event, rows, send

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]
ROUNDS, CLIENTS = 100, 64
LATER = NOW + dt.timedelta(hours=1)


def writings(number: int) -> list[Incoming]:
    name = f"Zq{number}Kx"
    kinds = [
        event(name, "profile", first_name=f"{name}f", any=name),
        event(name, "checkout", transaction_id=f"{name}t{random.random()}", total=9, reason=name),
        event(name, "point_add", points=3, reason=name),
    ]
    return [kinds[index % len(kinds)] for index in range(CLIENTS - 1)]


def race(batches: list[Incoming]) -> None:
    failures: list[Exception] = []

    def run(one: Incoming) -> None:
        try:
            send(one, at=LATER)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in batches]
    random.shuffle(threads)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures


def play(rounds: int) -> list[str]:
    """The tables that still name somebody who left."""
    configure(auto_subscribe="any")
    for number in range(rounds):
        name = f"Zq{number}Kx"
        accepted(
            event(name, "opt_in", first_name=name, email=f"{name}@example.com"), event(name, "point_add", points=9)
        )
        race([*writings(number), event(name, "opt_out")])
    return [table for table, content in tables().items() if b"Zq" in content]


def test_nothing_is_left_and_nobody_comes_back() -> None:
    assert play(ROUNDS) == []
    assert rows("SELECT count(*) FROM customers_customer") == [(ROUNDS,)]
    assert rows("SELECT sum(spendable + pending + reserved) FROM points_balance") == [(0,)]
    print(f"{ROUNDS} rounds of {CLIENTS}: nothing left, nobody back")


def test_control_without_tombstones_they_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    none: Any = engine._BURIED + " WHERE false"
    monkeypatch.setattr(engine, "_BURIED", none)

    assert "customers_customer" in play(3)
