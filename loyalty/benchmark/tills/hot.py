"""Checkouts that want the same customers: of one, of a hundred, and of all, with as many clients as wait for one another."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from loyalty.benchmark import floor, report
from loyalty.benchmark.scratch import Server
from loyalty.benchmark.serving import OURS, web

from . import contest
from .contest import Contest


@dataclass(frozen=True)
class Size(contest.Size):
    clients: tuple[int, ...] = (8, 32)
    # So many customers buy: each number is a contest of its own.
    hot: tuple[int, ...] = (100, 1)

    @property
    def crowds(self) -> tuple[int, ...]:
        """All of them first: a server that has just started lets nobody wait for its first answers."""
        return (self.customers, *self.hot)


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Raises CannotMeasure if any checkout is refused, or waits for another in a circle."""
    scratch = server.make()
    say(f"Making {size.customers} customers ...")
    key = json.loads(scratch.python("-m", "loyalty.benchmark.inside", "prepare", "--customers", str(size.customers)))
    floor.install(scratch)
    found: dict[str, Any] = {}
    with web(scratch.environment, OURS, size.workers) as started:
        started.wait()
        for place, customers in enumerate(size.crowds):
            # Numbers of runs are of one contest, since they name its receipts.
            crowd = Contest(scratch, replace(size, customers=customers), key, {"ours": started}, runs=place * 10_000)
            _rounds(crowd, say)
            found[report.counted(customers, "customer")] = {
                report.counted(clients, "client"): contest.figures(crowd, clients) for clients in size.clients
            }
    return found


def _rounds(crowd: Contest, say: Callable[[str], None]) -> None:
    size = crowd.size
    for name in ("floor", "ours"):
        crowd.run(name, max(size.clients), requests=size.warm_up)
    for number in range(size.rounds):
        say(f"{size.customers} customers, round {number + 1} of {size.rounds} ...")
        for clients in size.clients:
            for name in ("floor", "ours"):
                crowd.timing(name, clients)
