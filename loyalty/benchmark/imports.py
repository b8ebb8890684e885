"""Imports of many rows, against COPY of the very same rows into the same tables, indexes and foreign keys."""

import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from loyalty.benchmark import report, rows
from loyalty.benchmark.load import customer
from loyalty.benchmark.scratch import CannotMeasure, Scratch, Server, settle

PIECE = 1024 * 1024
# Our rate by that of django-import-export: as it is, writing one table, and writing the same ones.
STOCK_GOALS = {"as_it_is": 20, "same_tables": 100}
CUSTOMER_COLUMNS = (
    "id", "first_name", "last_name", "email", "mobile_phone", "birth_date", "gender", "language", "country", "currency",
    "city",
)  # fmt: skip
CHECKOUT_COLUMNS = ("customer", "action", "transaction_id", "total", "currency", "channel", "total_quantity")


@dataclass(frozen=True)
class Kind:
    """What is imported, and which rows of each table are new after it; {…} is the highest id before."""

    model: str
    goal: float
    header: Sequence[str]
    new: dict[str, str]


_BY_ID = "id > {}"
_NEW_ROWS = {
    "events_event": _BY_ID,
    "events_businesskey": "true",
    "events_transaction": _BY_ID,
    "points_lot": _BY_ID,
    "points_entry": _BY_ID,
    "sync_outboxrow": _BY_ID,
}
CUSTOMERS = Kind("customers", 0.50, CUSTOMER_COLUMNS, dict.fromkeys(rows.TABLES, "true"))
CHECKOUTS = Kind("events", 0.45, CHECKOUT_COLUMNS, _NEW_ROWS)


def customer_rows(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        birth = f"{1940 + number % 65}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        yield (
            customer(number), f"Given{number % 997}", f"Family{number % 4999}", f"customer.{number}@example.com",
            f"+36 20 {number:07}", birth, ("female", "male")[number % 2], "hu", "HU", "HUF", f"Town {number % 300}",
        )  # fmt: skip


def checkout_rows(count: int, customers: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        total = f"{5 + number % 200}.{number % 100:02}"
        who = customer(number * 7919 % customers)
        yield who, "checkout", f"import-{number}", total, "EUR", ("web", "store")[number % 2], 1 + number % 4


def _write(path: Path, header: Sequence[str], found: Iterator[tuple[object, ...]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(found)
    return path


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    parts: Sequence[str] = ("customers", "checkouts")
    customers: int = 200_000
    checkouts: int = 200_000
    # Lines of another import, which says where the time goes; 0 leaves it out.
    profiled: int = 20_000
    # Lines of the customer import that django-import-export is given, which takes minutes for them.
    stock: int = 20_000


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    found = {}
    with tempfile.TemporaryDirectory(prefix="loyalty-benchmark-") as name:
        folder = Path(name)
        base = server.make("_base")
        people = _write(folder / "customers.csv", CUSTOMER_COLUMNS, customer_rows(size.customers))
        if "customers" in size.parts:
            say(f"Importing {size.customers} customers ...")
            bulk = _Bulk(server, base, CUSTOMERS, people, folder, size.rounds, size.profiled, say)
            found["customers"] = bulk.measure()
            found["customers"]["stock"] = _stock(bulk, found["customers"], size.stock)
        if "checkouts" in size.parts:
            say(f"Importing {size.customers} customers, not timed ...")
            _import(base, CUSTOMERS, people)
            orders = _write(folder / "checkouts.csv", CHECKOUT_COLUMNS, checkout_rows(size.checkouts, size.customers))
            found["checkouts"] = _Bulk(
                server, base, CHECKOUTS, orders, folder, size.rounds, size.profiled, say
            ).measure()
    return found


def _import(scratch: Scratch, kind: Kind, file: Path) -> dict[str, Any]:
    started = time.perf_counter()
    # The town is no field: a custom attribute, as brands have many.
    given = ("--model", kind.model, "--unknown-columns", "keep")
    done: dict[str, Any] = json.loads(scratch.python("manage.py", "import_file", str(file), *given))
    if done["refused"] or done["unchanged"]:
        raise CannotMeasure(f"The import refused rows: {done['errors'][:3]}")
    return {**done, "with_start": time.perf_counter() - started}


def _stock(bulk: "_Bulk", ours: dict[str, Any], count: int) -> dict[str, Any]:
    """Our rate by that of django-import-export on a part of the same file: as it is, and made to write the same tables."""
    found = {}
    for resource, least in STOCK_GOALS.items():
        bulk.say(f"{count} customers by django-import-export, {resource} ...")
        scratch = bulk.fresh()
        with scratch.connect() as raw:
            before = rows.counts(raw)
            given = ("--path", str(bulk.file), "--resource", resource, "--count", str(count))
            # The application's role draws no IDs of tables that the engine writes.
            done = json.loads(scratch.python("-m", "loyalty.benchmark.inside", "stock", *given, role="owner"))
            written = rows.per_unit(before, rows.counts(raw), done["rows"])
        per_second = done["rows"] / done["seconds"]
        times = ours["ours_per_second"]["median"] / per_second
        found[resource] = {
            "rows": done["rows"], "per_second": round(per_second, 1), "rows_per_line": written, "times": round(times, 1),
            "goal": {"at_least": least, "met": times >= least},
        }  # fmt: skip
    wanted = {table: number for table, number in ours["rows_per_line"].items() if number}
    if found["same_tables"]["rows_per_line"] != wanted:
        raise CannotMeasure(f"The library wrote {found['same_tables']['rows_per_line']} instead of {wanted}")
    return found


@dataclass
class _Bulk:
    server: Server
    base: Scratch
    kind: Kind
    file: Path
    folder: Path
    rounds: int
    profiled: int
    say: Callable[[str], None]

    def measure(self) -> dict[str, Any]:
        ours: list[dict[str, Any]] = []
        floors: list[float] = []
        with self.base.connect() as raw:
            settle(raw)
            self.before, highest = rows.counts(raw), _highest(raw)
        for number in range(self.rounds):
            self.say(f"{self.file.stem}, round {number + 1} of {self.rounds} ...")
            scratch = self.fresh()
            ours.append(_import(scratch, self.kind, self.file))
            if not number:
                self._export(scratch, highest)
            floors.append(self._copy_in(self.fresh()))
        return {**self._summary(ours, floors), "where": self._where() if self.profiled else None}

    def _where(self) -> dict[str, Any]:
        """A part of the file once more, with clocks inside."""
        with self.file.open() as whole, (self.folder / "head.csv").open("w") as head:
            head.writelines(islice(whole, self.profiled + 1))
        options = ("--path", str(self.folder / "head.csv"), "--model", self.kind.model)
        found: dict[str, Any] = json.loads(self.fresh().python("-m", "loyalty.benchmark.inside", "import", *options))
        return found

    def fresh(self) -> Scratch:
        scratch = self.server.clone(self.base, "_run")
        with scratch.connect() as raw:
            settle(raw)
        return scratch

    def _export(self, scratch: Scratch, highest: dict[str, int]) -> None:
        """The rows that the import has made, as files that COPY reads."""
        with scratch.connect() as raw:
            self.after = rows.counts(raw)
            self.columns = {table: columns_of(raw, table) for table in self.kind.new}
            for table, condition in self.kind.new.items():
                chosen = f"SELECT {self.columns[table]} FROM {table} WHERE {condition.format(highest.get(table, 0))} ORDER BY {_order(table)}"
                with (
                    (self.folder / table).open("wb") as file,
                    raw.cursor().copy(f"COPY ({chosen}) TO STDOUT".encode()) as copy,
                ):
                    for piece in copy:
                        file.write(piece)
            row = raw.execute("SELECT count(*) FROM customers_customer WHERE purchase_count > 0").fetchone()
            self.updated = row[0] if row else 0

    def _copy_in(self, scratch: Scratch) -> float:
        with scratch.connect() as raw:
            started = time.perf_counter()
            with raw.transaction():
                for table in self.kind.new:
                    statement = f"COPY {table} ({self.columns[table]}) FROM STDIN"
                    with (self.folder / table).open("rb") as file, raw.cursor().copy(statement.encode()) as copy:
                        while piece := file.read(PIECE):
                            copy.write(piece)
            elapsed = time.perf_counter() - started
            found = rows.counts(raw)
        differing = [table for table in rows.TABLES if found[table] != self.after[table]]
        if differing:
            raise CannotMeasure(f"The floor has other numbers of rows than the import in {differing}")
        return elapsed

    def _summary(self, ours: list[dict[str, Any]], floors: list[float]) -> dict[str, Any]:
        count = ours[0]["rows"]
        rates = {"ours": [count / run["seconds"] for run in ours], "floor": [count / seconds for seconds in floors]}
        made = {table: self.after[table] - self.before[table] for table in self.after}
        ratio = report.ratios(rates["ours"], rates["floor"])
        return {
            "rows": count,
            "goal": report.goal(self.kind.goal, ratio),
            "ratio": ratio,
            "ours_per_second": report.spread(rates["ours"]),
            "ours_seconds_with_start": report.spread([run["with_start"] for run in ours]),
            "floor_per_second": report.spread(rates["floor"]),
            "rows_made": {table: number for table, number in made.items() if number},
            "rows_per_line": {table: made[table] / count for table in rows.TABLES},
            # Their customer and balance rows; the floor updates none.
            "customers_updated_by_ours_only": self.updated,
            "row_counts_are_the_same": True,
            "load": report.load(),
        }


def _highest(raw: "psycopg.Connection[Any]") -> dict[str, int]:
    found = {}
    for table, condition in _NEW_ROWS.items():
        if condition == _BY_ID:
            row = raw.execute(f"SELECT coalesce(max(id), 0) FROM {table}".encode()).fetchone()
            found[table] = row[0] if row else 0
    return found


def columns_of(raw: "psycopg.Connection[Any]", table: str) -> str:
    """Those that COPY may fill: generated ones it may not."""
    found = raw.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return ", ".join(name for (name,) in found)


def _order(table: str) -> str:
    """As they were made."""
    return {
        "customers_identity": "customer_id",
        "events_businesskey": "recorded_at",
        "points_balance": "customer_id",
    }.get(table, "id")
