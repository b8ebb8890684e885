"""Movements of points in batches by `record()`, without HTTP, against a plain double-entry ledger on the same server."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loyalty.benchmark import report
from loyalty.benchmark.scratch import CannotMeasure, Scratch, Server, settle

BATCH = 50
GOAL = 1.0
# Whose account all points come from.
ISSUER = 0
_ACCOUNTS = (
    "INSERT INTO ledger_account (id, may_be_negative) SELECT n, n = {issuer} FROM generate_series(0, {customers}) n"
)
# A batch, one call each: the odd ones come from the issuer, the even ones go back to it.
_MOVE = """
    SELECT count(CASE WHEN n %% 2 = 1 THEN ledger_move({issuer}, customer, 10, '{{"points": 10}}')
        ELSE ledger_move(customer, {issuer}, 5, '{{"points": 5}}') END)
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS moved(customer, n)
"""


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    customers: int = 20_000
    movements: int = 20_000


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"Making {size.customers} customers and accounts ...")
    scratch = server.make("_ledger")
    scratch.python("-m", "loyalty.benchmark.inside", "prepare", "--customers", str(size.customers))
    with scratch.connect() as raw:
        raw.execute((Path(__file__).parent / "plain.sql").read_bytes())
        raw.execute(_ACCOUNTS.format(issuer=ISSUER, customers=size.customers).encode())
    ours, plain = list[float](), list[float]()
    # The first round warms up, and gives everybody points to spend.
    for number in range(size.rounds + 1):
        say(f"Ledger, round {number} of {size.rounds} ...")
        rates = (_ours(scratch, size), _plain(scratch, size))
        if number:
            ours.append(rates[0])
            plain.append(rates[1])
    ratio = report.ratios(ours, plain)
    return {
        "batch": BATCH,
        "movements": size.movements,
        "goal": report.goal(GOAL, ratio),
        "ratio": ratio,
        "ours_per_second": report.spread(ours),
        "plain_per_second": report.spread(plain),
        "load": report.load(),
    }


def _ours(scratch: Scratch, size: Size) -> float:
    with scratch.connect() as raw:
        settle(raw)
    options = ("--count", str(size.movements), "--customers", str(size.customers), "--size", str(BATCH))
    done = json.loads(scratch.python("-m", "loyalty.benchmark.inside", "movements", *options))
    return size.movements / float(done["seconds"])


def _plain(scratch: Scratch, size: Size) -> float:
    """A transaction for each batch, as there."""
    sql = _MOVE.format(issuer=ISSUER)
    with scratch.connect() as raw:
        settle(raw)
        started = time.perf_counter()
        for first in range(0, size.movements, BATCH):
            customers = [one + 1 for one in movers(first, size.customers)]
            row = raw.execute(sql.encode(), [customers], prepare=True).fetchone()
            if row != (BATCH,):
                raise CannotMeasure(f"The plain ledger has made {row} movements instead of {BATCH}")
        return size.movements / (time.perf_counter() - started)


def movers(first: int, customers: int) -> list[int]:
    """The customers of a batch: everybody in turn, a pair of movements each, first what is earned."""
    return [(first // 2 + number // 2) % customers for number in range(BATCH)]
