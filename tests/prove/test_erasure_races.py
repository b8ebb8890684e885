"""Opting out against all that may be written about the person at the same moment, merges included: nothing is left, nobody
comes back."""

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from customers.merging.operations import record_merge
from customers.queries import customers_named
from loyalty.engine.storage import statements
from loyalty.refusals import Refused
from tests.engine.erasure.scanning import tables
from tests.engine.merging.families import check_families
from tests.engine.world import BY, NOW, accepted, configure, event, rows, send

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]
ROUNDS, CLIENTS = 100, 64
# Those who are merged into the person, or the person into them.
OTHERS = 8
LATER = NOW + dt.timedelta(hours=1)
# One of the two is merged away or gone by then; or back, not active, where the control lets it.
TOO_LATE = {160212, 160216}
NAME = re.compile(rb"z[qo][0-9o]+kx")
Call = Callable[[], object]


def join(number: int) -> list[str]:
    """The person who will leave, and the others: each is named in fields of their own."""
    names = [f"Zq{number}Kx", *(f"Zo{number}o{other}Kx" for other in range(OTHERS))]
    accepted(*(event(name, "opt_in", first_name=name, email=f"{name}@example.com") for name in names))
    accepted(event(names[0], "point_add", points=9))
    return names


def calls(name: str, others: list[str]) -> list[Call]:
    pairs = customers_named([name, *others])
    person = pairs.pop(name)
    merging = [
        partial(merge, *((person, other) if place % 2 else (other, person)))
        for place, other in enumerate(pairs.values())
    ]
    kinds = [
        lambda: event(name, "profile", first_name=f"{name}f", any=name),
        lambda: event(name, "checkout", transaction_id=f"{name}t{random.random()}", total=9, reason=name),
        lambda: event(name, "point_add", points=3, reason=name),
    ]
    written = [kinds[place % len(kinds)]() for place in range(CLIENTS - 1 - len(merging))]
    return [*merging, *(partial(send, one, at=LATER) for one in written), partial(opt_out, name)]


def opt_out(name: str) -> None:
    accepted(event(name, "opt_out"), at=LATER)


def merge(source: Any, target: Any) -> None:
    try:
        record_merge(source, target, kind="full", by=BY, at=LATER)
    except Refused as refused:
        if refused.code not in TOO_LATE:
            raise


@contextmanager
def clients() -> Iterator[Callable[[list[Call]], object]]:
    """Each keeps its connection, so that a round is little more than its calls; all of them start at once."""
    start, end = Barrier(CLIENTS), Barrier(CLIENTS)

    def run(call: Call) -> None:
        start.wait(60)
        call()

    def leave(_: int) -> None:
        end.wait(60)
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        try:
            yield lambda batch: list(pool.map(run, random.sample(batch, len(batch))))
        finally:
            list(pool.map(leave, range(CLIENTS)))


def play(rounds: int) -> list[str]:
    """The tables that still name somebody who left."""
    configure(auto_subscribe="any")
    with clients() as race:
        for number in range(rounds):
            name, *others = join(number)
            race(calls(name, others))
    living = rows(
        "SELECT lower(public_id) FROM customers_customer WHERE status = 'active' AND public_id LIKE 'Zo%%'", []
    )
    still = {name.encode() for (name,) in living}
    return [table for table, content in tables().items() if set(NAME.findall(content.lower())) - still]


def test_nothing_is_left_and_nobody_comes_back() -> None:
    assert play(ROUNDS) == []
    assert rows("SELECT count(*) FROM customers_customer") == [(ROUNDS * (1 + OTHERS),)]
    assert rows("SELECT sum(spendable + pending + reserved) FROM points_balance") == [(0,)]
    check_families()
    [(merged,)] = rows("SELECT count(*) FROM customers_merge")
    [(both,)] = rows('SELECT count(DISTINCT source_id < "into") FROM customers_merge')
    # Else the merges all came too late.
    assert both == 2
    print(f"{ROUNDS} rounds of {CLIENTS}: {merged} merges, nothing left, nobody back")


def test_control_without_tombstones_they_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    none: Any = statements.BURIED + " WHERE false"
    monkeypatch.setattr(statements, "BURIED", none)

    assert "customers_customer" in play(3)
