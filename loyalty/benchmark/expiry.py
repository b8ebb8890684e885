"""Expiry of many lots, against COPY of the very rows it writes into the same tables, indexes and foreign keys.

Of the lots and balances, which the run rewrites, the floor writes the new versions beside the old ones: the lots under
other ids, the balances under another account.
"""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import report, rows
from .imports import PIECE, columns_of
from .scratch import CannotMeasure, Scratch, Server, settle

GOAL = 0.6
LONGEST_CHUNK = 1.0
# Two of three lots of each customer are due.
DUE_OF_EACH = 2

_FILL = (
    "INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('floor', 'Floor', 'points', false)",
    """
    INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, purchase_total, purchase_count, purchase_item_count)
    SELECT 'customer-' || number, 'active', '{{}}', now(), now(), 0, 0, 0 FROM generate_series(1, {customers}) number
    """,
    """
    INSERT INTO events_event (customer_id, action, points, account_id, data, source, source_detail, user_agent, occurred_at, recorded_at, program_version)
    SELECT c.id, 'point_add', 10, a.id, '{{"points": 10}}', 'import', '', '', now(), now(), 1
    FROM generate_series(0, 2) number, customers_customer c, points_account a WHERE a.is_default
    """,
    """
    INSERT INTO points_lot (customer_id, event_id, account_id, points, remaining, earned_at, expires_at)
    SELECT customer_id, id, account_id, 10, 10, now(),
        now() + (row_number() OVER (PARTITION BY customer_id ORDER BY id) - 2.5) * interval '1 day'
    FROM events_event
    """,
    """
    INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
    SELECT customer_id, event_id, account_id, 'earn', points, id, now() FROM points_lot ORDER BY id
    """,
    """
    INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)
    SELECT customer_id, account_id, sum(points), 0, 0, 0, 0, 0 FROM points_lot GROUP BY 1, 2 ORDER BY 1
    """,
)
# What a run writes, in the order of the foreign keys; {columns} are the table's.
_WRITTEN = {
    "points_lot": ("id", "id + 1000000000", "expired > 0"),
    "points_balance": ("account_id", "(SELECT id FROM points_account WHERE slug = 'floor')", "expired > 0"),
    "events_event": ("", "", "action = 'point_expire'"),
    "points_entry": ("", "", "kind = 'expire'"),
    "sync_outboxrow": ("", "", "true"),
}
INSERTED = ("events_event", "points_entry", "sync_outboxrow")


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    lots: int = 1_000_000


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="loyalty-benchmark-") as name:
        return _Expiry(server, size, Path(name), say).measure()


@dataclass
class _Expiry:
    server: Server
    size: Size
    folder: Path
    say: Callable[[str], None]
    columns: dict[str, str] = field(default_factory=dict)

    def measure(self) -> dict[str, Any]:
        ours: list[dict[str, Any]] = []
        floors: list[dict[str, float]] = []
        base = self._base()
        for number in range(self.size.rounds):
            self.say(f"expiry, round {number + 1} of {self.size.rounds} ...")
            scratch = self._fresh(base)
            ours.append(self._expire(scratch))
            if not number:
                self._export(scratch)
            floors.append(self._copy_in(self._fresh(base)))
            self.say(f"{ours[-1]['seconds']} s, {ours[-1]['chunks']} chunks; COPY {sum(floors[-1].values()):.2f} s")
        return self._summary(ours, floors)

    def _base(self) -> Scratch:
        self.say(f"Making {self.size.lots} lots that are due ...")
        base = self.server.make("_base")
        with base.connect() as raw:
            for statement in _FILL:
                raw.execute(statement.format(customers=self.size.lots // DUE_OF_EACH).encode())
            settle(raw)
        return base

    def _fresh(self, base: Scratch) -> Scratch:
        scratch = self.server.clone(base, "_run")
        with scratch.connect() as raw:
            settle(raw)
        return scratch

    def _expire(self, scratch: Scratch) -> dict[str, Any]:
        done: dict[str, Any] = json.loads(scratch.python("manage.py", "expire_points"))
        if done["lots"] != self.size.lots:
            raise CannotMeasure(f"{done['lots']} lots have expired instead of {self.size.lots}")
        return done

    def _export(self, scratch: Scratch) -> None:
        """The rows as the run has left them, as files that COPY reads."""
        with scratch.connect() as raw:
            self.columns = {table: columns_of(raw, table) for table in _WRITTEN}
            for table, (column, other, condition) in _WRITTEN.items():
                names = [other if name == column else name for name in self.columns[table].split(", ")]
                chosen = f"SELECT {', '.join(names)} FROM {table} WHERE {condition} ORDER BY customer_id, 2"
                with (
                    (self.folder / table).open("wb") as file,
                    raw.cursor().copy(f"COPY ({chosen}) TO STDOUT".encode()) as copy,
                ):
                    for piece in copy:
                        file.write(piece)

    def _copy_in(self, scratch: Scratch) -> dict[str, float]:
        """Seconds by table, the constraints that are checked at the end included in the last one's."""
        seconds = {}
        with scratch.connect() as raw, raw.transaction():
            before = rows.counts(raw)
            for table in _WRITTEN:
                started = time.perf_counter()
                statement = f"COPY {table} ({self.columns[table]}) FROM STDIN"
                with (self.folder / table).open("rb") as file, raw.cursor().copy(statement.encode()) as copy:
                    while piece := file.read(PIECE):
                        copy.write(piece)
                raw.execute("SET CONSTRAINTS ALL IMMEDIATE")
                raw.execute("SET CONSTRAINTS ALL DEFERRED")
                seconds[table] = time.perf_counter() - started
            self.copied = rows.per_unit(before, rows.counts(raw), 1)
            started = time.perf_counter()
        seconds["commit"] = time.perf_counter() - started
        return seconds

    def _summary(self, ours: list[dict[str, Any]], floors: list[dict[str, float]]) -> dict[str, Any]:
        lots = self.size.lots
        rates = [lots / run["seconds"] for run in ours]
        ratio = report.ratios(rates, [lots / sum(floor.values()) for floor in floors])
        inserts = [lots / (sum(floor[table] for table in INSERTED) + floor["commit"]) for floor in floors]
        longest = report.spread([run["longest_chunk"] for run in ours], 3)
        return {
            "lots": lots,
            "goal": report.goal(GOAL, ratio),
            "ratio": ratio,
            # The floor without the new versions of lots and balances.
            "ratio_to_the_inserts_only": report.ratios(rates, inserts),
            "ours_per_second": report.spread(rates),
            "floor_per_second": report.spread([lots / sum(floor.values()) for floor in floors]),
            "floor_seconds": {name: report.spread([floor[name] for floor in floors], 2) for name in floors[0]},
            "rows_written": self.copied,
            "chunks": [run["chunks"] for run in ours],
            "longest_chunk_seconds": {**longest, "at_most": LONGEST_CHUNK, "met": longest["max"] <= LONGEST_CHUNK},
            "load": report.load(),
        }
