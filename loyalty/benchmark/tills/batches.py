"""Events in bulk against single ones: the same checkouts over HTTP, by turns, in the same run."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loyalty.benchmark import report, rows
from loyalty.benchmark.load import Specification
from loyalty.benchmark.scratch import CannotMeasure, Scratch, Server, settle
from loyalty.benchmark.serving import HOST, OURS, Web, web

from .contest import over_http

BATCH = 50
# A bulk's rate of events over the rate of single ones, with as many clients.
GOAL = 4.0
# Written once a request, not once an event.
OF_A_REQUEST = frozenset({"api_savedanswer"})
MOST_PER_SECOND = {1: 4_000, BATCH: 12_000}


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    seconds: float = 5
    customers: int = 20_000
    clients: tuple[int, ...] = (1, 8)
    workers: int = 2
    # If given, each timing takes so many events instead of its seconds.
    events: int = 0


@dataclass
class Turns:
    scratch: Scratch
    size: Size
    key: dict[str, Any]
    server: Web
    runs: int = 0
    seen: dict[tuple[int, int], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    # Rows added by one event, by the number of events in a request.
    added: dict[int, set[tuple[tuple[str, float], ...]]] = field(default_factory=lambda: defaultdict(set))

    def run(self, batch: int, clients: int, events: int = 0) -> dict[str, Any]:
        self.runs += 1
        events = events or self.size.events
        spec = Specification(
            host=HOST, port=self.server.port, key=self.key["key"], secret=self.key["secret"], run=f"batch-{self.runs}",
            others=self.key["others"],
            clients=clients, customers=self.size.customers, first=self.runs * 17, batch=batch,
            requests=(events or round(self.size.seconds * MOST_PER_SECOND[batch])) // batch,
            seconds=0 if events else self.size.seconds,
        )  # fmt: skip
        return over_http(self.scratch, self.server, spec)

    def timing(self, batch: int, clients: int) -> None:
        with self.scratch.connect() as raw:
            settle(raw)
            before = rows.counts(raw)
            found = self.run(batch, clients)
            added = rows.per_unit(before, rows.counts(raw), found["done"])
        self.added[batch].add(tuple((table, count) for table, count in added.items() if table not in OF_A_REQUEST))
        self.seen[batch, clients].append({**found, "load": report.load()[0]})


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    scratch = server.make()
    say(f"Making {size.customers} customers ...")
    key = json.loads(scratch.python("-m", "loyalty.benchmark.inside", "prepare", "--customers", str(size.customers)))
    with web(scratch.environment, OURS, size.workers) as started:
        started.wait()
        turns = Turns(scratch, size, key, started)
        for batch in (1, BATCH):
            turns.run(batch, max(size.clients), events=min(1_200, size.events or 1_200))
        for number in range(size.rounds):
            say(f"Bulk, round {number + 1} of {size.rounds} ...")
            for clients in size.clients:
                turns.timing(1, clients)
                turns.timing(BATCH, clients)
    return _summary(turns)


def _summary(turns: Turns) -> dict[str, Any]:
    if len(set.union(*turns.added.values())) != 1:
        raise CannotMeasure(f"Row counts differ, so the rates do not compare: {dict(turns.added)}")
    found: dict[str, Any] = {
        "events_a_request": BATCH,
        "rows_per_event": dict(next(iter(turns.added[BATCH]))),
        "goals": {},
    }
    for clients in turns.size.clients:
        name = report.counted(clients, "client")
        found[name] = _at(turns, clients)
        found["goals"][name] = report.goal(GOAL, found[name]["times_the_single_rate"])
    return found


def _at(turns: Turns, clients: int) -> dict[str, Any]:
    single, bulk = turns.seen[1, clients], turns.seen[BATCH, clients]
    rates = [[run["per_second"] for run in runs] for runs in (bulk, single)]
    return {
        "times_the_single_rate": report.ratios(*rates),
        "bulk": _figures(bulk),
        "single": _figures(single),
    }


def _figures(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Rate and processor time of events, latency of requests."""
    figures = {name: report.spread([run[name] for run in runs], 2) for name in ("p50_ms", "p95_ms", "cpu_ms", "load")}
    return {"events_per_second": report.spread([run["per_second"] for run in runs]), **figures}
