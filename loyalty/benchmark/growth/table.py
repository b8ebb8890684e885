"""How pages, lists, reads of the API and timers grow with the number of customers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loyalty.benchmark import report
from loyalty.benchmark.scratch import Server, settle

# Of the median at the most customers over that at the fewest.
GOAL = 1.5


@dataclass(frozen=True)
class Size:
    customers: tuple[int, ...] = (1_000, 100_000, 1_000_000)
    times: int = 9


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Medians in milliseconds, by what is read and by how many customers there are."""
    seen: dict[str, dict[str, float]] = {}
    for customers in size.customers:
        say(f"Growth: making {customers} customers ...")
        scratch = server.make("_growth")
        scratch.python("-m", "loyalty.benchmark.inside", "prepare", "--customers", str(customers))
        with scratch.connect() as raw:
            raw.execute("VACUUM ANALYZE")
            settle(raw)
        say(f"Growth: reading at {customers} customers ...")
        options = ("--customers", str(customers), "--count", str(size.times))
        found: dict[str, float] = json.loads(scratch.python("-m", "loyalty.benchmark.inside", "reads", *options))
        for name, milliseconds in found.items():
            seen.setdefault(name, {})[str(customers)] = milliseconds
    table = {name: {**row, "growth": _growth(row)} for name, row in sorted(seen.items())}
    for line in lines(table):
        say(line)
    # Of a timer the time for each row counts that it works on, which here is none.
    over = [name for name, row in table.items() if row["growth"] > GOAL and not name.startswith("timer")]
    return {"goal": {"at_most": GOAL, "met": not over, "over": over}, "table": table, "load": report.load()}


def _growth(row: dict[str, float]) -> float:
    medians = list(row.values())
    return round(medians[-1] / max(medians[0], 0.1), 2)


def lines(table: dict[str, dict[str, float]]) -> list[str]:
    """As people read it."""
    columns = list(next(iter(table.values())))
    head = f"{'ms':44}" + "".join(f"{name:>12}" for name in columns)
    return [head, *(f"{name:44}" + "".join(f"{row[column]:12}" for column in columns) for name, row in table.items())]
