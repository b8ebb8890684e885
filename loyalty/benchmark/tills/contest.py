"""One signed checkout over HTTP with all its effects, against the floor and against the usual way of writing it."""

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from loyalty.benchmark import costs, floor, report, rows
from loyalty.benchmark.load import Specification
from loyalty.benchmark.scratch import CannotMeasure, Scratch, Server, settle
from loyalty.benchmark.serving import HOST, OURS, REFERENCE, Web, web

# At the highest number of clients.
GOAL, GOAL_OVER_REFERENCE = 0.30, 4.0
FIGURES = ("cpu_ms", "database_ms", "wal_bytes", "transaction_ids", "p50_ms", "p95_ms")
# Requests are signed beforehand: for each second as many as this, which no contestant reaches.
MOST_PER_SECOND = 4_000


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    seconds: float = 5
    customers: int = 20_000
    clients: tuple[int, ...] = (1, 8)
    warm_up: int = 1_200
    profiled: int = 1_000
    workers: int = 2
    # If given, each timing takes so many instead of its seconds.
    requests: int = 0


@dataclass
class Contest:
    """The contestants, and what has been seen of each."""

    scratch: Scratch
    size: Size
    key: dict[str, Any]
    webs: dict[str, Web] = field(default_factory=dict)
    runs: int = 0
    seen: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    # Rows added by one checkout, in any run of the contestant.
    added: dict[str, set[tuple[tuple[str, float], ...]]] = field(default_factory=lambda: defaultdict(set))

    @property
    def first(self) -> int:
        """The customer to begin with: another one in each run."""
        return self.runs * 17

    def run(self, name: str, clients: int, *, requests: int = 0) -> dict[str, Any]:
        """One timing: of `requests` if given, of the size otherwise."""
        self.runs += 1
        requests = requests or self.size.requests
        if name == "floor":
            return floor.run(
                self.scratch, floor.script(self.key["id"]), name=self.runs, first=self.first, clients=clients,
                customers=self.size.customers, how=floor.how_long(self.size.seconds, requests, clients),
            )  # fmt: skip
        return self._over_http(self.webs[name], clients, requests)

    def _over_http(self, server: Web, clients: int, requests: int) -> dict[str, Any]:
        spec = Specification(
            host=HOST, port=server.port, key=self.key["key"], secret=self.key["secret"], run=f"http-{self.runs}",
            others=self.key["others"],
            clients=clients, customers=self.size.customers, first=self.first,
            requests=requests or round(self.size.seconds * MOST_PER_SECOND),
            seconds=0 if requests else self.size.seconds,
        )  # fmt: skip
        return over_http(self.scratch, server, spec)

    def timing(self, name: str, clients: int) -> None:
        with self.scratch.connect() as raw:
            settle(raw)
            before, paid = rows.counts(raw), costs.costs(raw)
            found = self.run(name, clients)
            found |= costs.per_unit(paid, costs.costs(raw), found["done"])
            self.added[name].add(tuple(rows.per_unit(before, rows.counts(raw), found["done"]).items()))
        self.seen[name, clients].append({**found, "load": report.load()[0]})


def over_http(scratch: Scratch, server: Web, spec: Specification) -> dict[str, Any]:
    """One timing by the load generator; raises CannotMeasure if anything was refused."""
    before = server.cpu_seconds()
    found: dict[str, Any] = json.loads(scratch.python("-m", "loyalty.benchmark.load", text=json.dumps(asdict(spec))))
    if set(found["statuses"]) != {"200"} or found["problem"]:
        raise CannotMeasure(f"Requests were answered with {found['statuses']}: {found['problem']}")
    found["cpu_ms"] = (server.cpu_seconds() - before) / found["done"] * 1000
    return found


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    scratch = server.make()
    say(f"Making {size.customers} customers ...")
    key = json.loads(scratch.python("-m", "loyalty.benchmark.inside", "prepare", "--customers", str(size.customers)))
    floor.install(scratch)
    contest = Contest(scratch, size, key)
    with ExitStack() as stack:
        for name, application in (("ours", OURS), ("reference", REFERENCE)):
            contest.webs[name] = stack.enter_context(web(scratch.environment, application, size.workers))
        for started in contest.webs.values():
            started.wait()
        _require_same_rows(contest)
        _warm_up(contest)
        for number in range(size.rounds):
            say(f"Checkout, round {number + 1} of {size.rounds} ...")
            for clients in size.clients:
                for name in ("floor", "ours", "reference"):
                    contest.timing(name, clients)
    return {**_summary(contest), "where": _where(contest)}


def _require_same_rows(contest: Contest) -> None:
    """One checkout of each contestant for customers who have none yet, compared row by row."""
    kinds = {}
    for name in ("floor", "ours", "reference"):
        contest.run(name, 1, requests=1)
        with contest.scratch.connect() as raw:
            receipt = raw.execute(
                "SELECT transaction_id, customer_id FROM events_event WHERE action = 'checkout' ORDER BY id DESC LIMIT 1"
            ).fetchone()
            assert receipt is not None
            public = raw.execute("SELECT public_id FROM customers_customer WHERE id = %s", [receipt[1]]).fetchone()
            assert public is not None
            kinds[name] = rows.of_checkout(raw, public[0], receipt[0])
    for name in ("ours", "reference"):
        for kind, expected in kinds["floor"].items():
            if kinds[name][kind] != expected:
                raise CannotMeasure(
                    f"{name} does other work than the floor in {kind}: {kinds[name][kind]} instead of {expected}"
                )


def _warm_up(contest: Contest) -> None:
    for name in ("floor", "ours", "reference"):
        contest.run(name, max(contest.size.clients), requests=contest.size.warm_up)


def _summary(contest: Contest) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rows_of_one_checkout_are_the_same": True,
        "rows_per_checkout": {name: [dict(rows) for rows in seen] for name, seen in contest.added.items()},
    }
    if len({frozenset(seen) for seen in contest.added.values()}) != 1:
        raise CannotMeasure(f"Row counts differ, so the rates do not compare: {found['rows_per_checkout']}")
    for clients in contest.size.clients:
        found[report.counted(clients, "client")] = figures(contest, clients)
    most = found[report.counted(max(contest.size.clients), "client")]
    found["goals"] = {
        "ratio": report.goal(GOAL, most["ratio"]),
        "times_the_reference": report.goal(GOAL_OVER_REFERENCE, most["times_the_reference"]),
    }
    return found


def figures(contest: Contest, clients: int) -> dict[str, Any]:
    """Of all contestants that were timed with so many clients."""
    seen = {name: runs for (name, number), runs in contest.seen.items() if number == clients}
    rates = {name: [run["per_second"] for run in runs] for name, runs in seen.items()}
    found: dict[str, Any] = {"ratio": report.ratios(rates["ours"], rates["floor"])}
    if "reference" in rates:
        found["times_the_reference"] = report.ratios(rates["ours"], rates["reference"])
    for name, values in rates.items():
        runs = seen[name]
        found[name] = {"per_second": report.spread(values), "load": report.spread([run["load"] for run in runs])}
        # The floor has no web server whose processor time there would be; a server elsewhere tells nothing of its own.
        for figure in (figure for figure in FIGURES if figure in runs[0]):
            found[name][figure] = report.spread([run[figure] for run in runs], 2)
    return found


def _where(contest: Contest) -> dict[str, Any]:
    size, key = contest.size, contest.key
    found: dict[str, Any] = json.loads(
        contest.scratch.python(
            "-m", "loyalty.benchmark.inside", "where", "--count", str(size.profiled), "--customers", str(size.customers),
            f"--key={key['key']}", f"--secret={key['secret']}",  # which may begin with a dash
        )
    )  # fmt: skip
    return found
