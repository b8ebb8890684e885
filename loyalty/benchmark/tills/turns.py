"""What something costs a checkout: the rate with it by the rate without, by turns."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from loyalty.benchmark import report
from loyalty.benchmark.load import Specification
from loyalty.benchmark.scratch import Scratch, Server
from loyalty.benchmark.serving import HOST, OURS, Web, web

from .contest import MOST_PER_SECOND, over_http


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    # Customers who buy.
    buyers: int = 20_000
    clients: int = 8
    seconds: float = 5
    workers: int = 2
    # If given, each timing takes so many instead of its seconds.
    requests: int = 0


def with_and_without(
    server: Server, name: str, add: Callable[[Scratch], None], goal: float, size: Size, say: Callable[[str], None]
) -> tuple[dict[str, Any], Scratch]:
    """`add` is called with a copy of the database in which everybody has opted in; what came of it, and that copy."""
    say(f"Making {size.buyers} customers who buy ...")
    plain = server.make("_plain")
    prepare = ("-m", "loyalty.benchmark.inside", "prepare", "--customers", str(size.buyers))
    key: dict[str, Any] = json.loads(plain.python(*prepare))
    changed = server.clone(plain, f"_{name}")
    add(changed)
    rates = _rates({"plain": plain, name: changed}, size, key, say)
    ratio = report.ratios(rates[name], rates["plain"])
    found = {
        "goal": report.goal(goal, ratio),
        "ratio": ratio,
        **{f"{one}_per_second": report.spread(values) for one, values in rates.items()},
        "load": report.load(),
    }
    return found, changed


def _rates(
    scratches: dict[str, Scratch], size: Size, key: dict[str, Any], say: Callable[[str], None]
) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {name: [] for name in scratches}
    with ExitStack() as stack:
        webs = {
            name: (scratch, stack.enter_context(web(scratch.environment, OURS, size.workers)))
            for name, scratch in scratches.items()
        }
        for _, started in webs.values():
            started.wait()
        for number in range(size.rounds + 1):
            say(f"Checkouts by turns: {', '.join(webs)}; round {number} of {size.rounds} ...")
            for name, rate in _timings(webs, size, key, number).items():
                # The first round warms up.
                rates[name] += [rate] if number else []
    return rates


def _timings(webs: dict[str, tuple[Scratch, Web]], size: Size, key: dict[str, Any], number: int) -> dict[str, float]:
    spec = Specification(
        host=HOST, port=0, key=key["key"], secret=key["secret"], run=f"turns-{number}", clients=size.clients,
        others=key["others"],
        customers=size.buyers, first=number * 17, requests=size.requests or round(size.seconds * MOST_PER_SECOND),
        seconds=0 if size.requests else size.seconds,
    )  # fmt: skip
    # Who comes first changes with each round.
    order = list(webs) if number % 2 else list(reversed(webs))
    return {
        name: over_http(webs[name][0], webs[name][1], replace(spec, port=webs[name][1].port))["per_second"]
        for name in order
    }
