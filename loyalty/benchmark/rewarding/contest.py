"""One write over HTTP by turns with one function by hand that writes the same rows."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loyalty.benchmark import costs, floor, report, rows
from loyalty.benchmark.load import USER_AGENT, Specification
from loyalty.benchmark.scratch import CannotMeasure, Scratch, settle
from loyalty.benchmark.serving import HOST, Web
from loyalty.benchmark.tills.contest import FIGURES, MOST_PER_SECOND, over_http

GOAL = 0.20
NAMES = ("floor", "ours")
# The customer of a request, in an order that spreads neighbours, and its own number.
_SCRIPT = """\\set n :n + 1
\\set customer (:first + :client_id * 997 + :n * 7919) % :customers
{more}SELECT {call}, {api_key_id}, '{agent}', '127.0.0.1');
"""
RECEIPT = "concat('floor-', :run::bigint, '-', :client_id::bigint, '-', :n::bigint)"


@dataclass(frozen=True)
class Act:
    """`kind`: of the load generator; `action`: of its event. `function`: the file of the one by hand; `call`: of pgbench, but
    for the arguments that all have; `more`: variables that it sets beforehand. `rows`: what one leaves, by kind, with the values
    member and event. `books`: what must be 0 at the end."""

    kind: str
    action: str
    function: str
    call: str
    rows: Mapping[str, str]
    books: str
    more: str = ""

    def script(self, api_key_id: int) -> str:
        return _SCRIPT.format(more=self.more, call=self.call, api_key_id=api_key_id, agent=USER_AGENT)


@dataclass(frozen=True)
class Size:
    rounds: int
    seconds: float
    customers: int
    clients: int
    warm_up: int
    # If given, each timing takes so many instead of its seconds.
    requests: int = 0
    rewards: int = 1


@dataclass
class Contest:
    scratch: Scratch
    act: Act
    size: Size
    key: Mapping[str, Any]
    server: Web
    say: Callable[[str], None]
    runs: int = 0
    seen: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    # Rows added by one, in any run of the contestant.
    added: dict[str, set[tuple[tuple[str, float], ...]]] = field(default_factory=lambda: defaultdict(set))

    def measure(self) -> dict[str, Any]:
        with self.scratch.connect() as raw:
            raw.execute((Path(__file__).parent / self.act.function).read_bytes())
        self._require_same_rows()
        for name in NAMES if self.size.warm_up else ():
            self._run(name, self.size.clients, self.size.warm_up)
        for number in range(self.size.rounds):
            self.say(f"{self.act.kind}, round {number + 1} of {self.size.rounds} ...")
            for name in NAMES:
                self._timing(name)
        self._require_true_books()
        return self._summary()

    def _run(self, name: str, clients: int, requests: int) -> dict[str, Any]:
        self.runs += 1
        size, first = self.size, self.runs * 17
        if name == "floor":
            how = floor.how_long(size.seconds, requests, clients)
            text = self.act.script(self.key["id"])
            return floor.run(
                self.scratch, text, name=self.runs, first=first, clients=clients, customers=size.customers, how=how
            )
        spec = Specification(
            host=HOST, port=self.server.port, key=self.key["key"], secret=self.key["secret"], others=self.key["others"],
            run=f"{self.act.kind}-{self.runs}", kind=self.act.kind, clients=clients, customers=size.customers, first=first,
            rewards=size.rewards, requests=requests or round(size.seconds * MOST_PER_SECOND),
            seconds=0 if requests else size.seconds,
        )  # fmt: skip
        return over_http(self.scratch, self.server, spec)

    def _timing(self, name: str) -> None:
        with self.scratch.connect() as raw:
            settle(raw)
            before, paid = rows.counts(raw), costs.costs(raw)
            found = self._run(name, self.size.clients, self.size.requests)
            found |= costs.per_unit(paid, costs.costs(raw), found["done"])
            self.added[name].add(tuple(rows.per_unit(before, rows.counts(raw), found["done"]).items()))
        self.seen[name].append({**found, "load": report.load()[0]})

    def _require_same_rows(self) -> None:
        """One of each contestant, for customers who have none yet, compared row by row."""
        kinds = {}
        for name in NAMES:
            self._run(name, 1, 1)
            with self.scratch.connect() as raw:
                kinds[name] = rows.of_event(raw, self.act.action, self.act.rows)
        for kind, expected in kinds["floor"].items():
            if kinds["ours"][kind] != expected:
                raise CannotMeasure(
                    f"The floor does other work than the program in {kind}: {expected} instead of {kinds['ours'][kind]}"
                )

    def _require_true_books(self) -> None:
        with self.scratch.connect() as raw:
            found = raw.execute(self.act.books.encode()).fetchone()
        if found != (0,):
            raise CannotMeasure(f"What {self.act.kind}s have counted does not agree with their rows: {found}")

    def _summary(self) -> dict[str, Any]:
        found: dict[str, Any] = {f"rows_of_one_{self.act.kind}_are_the_same": True}
        found["rows_per_unit"] = {name: [dict(rows) for rows in seen] for name, seen in self.added.items()}
        if len({frozenset(seen) for seen in self.added.values()}) != 1:
            raise CannotMeasure(f"Row counts differ, so the rates do not compare: {found['rows_per_unit']}")
        rates = {name: [run["per_second"] for run in self.seen[name]] for name in NAMES}
        ratio = report.ratios(rates["ours"], rates["floor"])
        found |= {"clients": self.size.clients, "goal": report.goal(GOAL, ratio), "ratio": ratio}
        return found | {name: _figures(self.seen[name]) for name in NAMES}


def _figures(runs: list[dict[str, Any]]) -> dict[str, Any]:
    found = {name: report.spread([run[name] for run in runs]) for name in ("per_second", "load")}
    return found | {name: report.spread([run[name] for run in runs], 2) for name in FIGURES if name in runs[0]}
