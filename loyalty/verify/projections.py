"""Projections that one statement can recompute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from .checks import Apart, Found, Mismatch, Piece, Weighed, mismatch
from .families import Families
from .weights import members, weigh_blocks

IN, NOT_IN = "AND customer_id = ANY(%(customers)s)", "AND customer_id <> ALL(%(customers)s)"
_OF = "FROM unnest(%(owners)s::bigint[], %(profiles)s::bigint[]) AS kin(owner, profile)"
# What a history is told from: each customer's own rows, or those of all profiles that are the customer's.
PLAIN: Mapping[str, str] = {"entries": "points_entry", "events": "events_event"}
OF_FAMILY: Mapping[str, str] = {
    "entries": f"""(
        SELECT owner AS customer_id, event_id, account_id, kind, points, lot_id
        {_OF} JOIN points_entry ON customer_id = profile
    ) entries""",
    "events": f"(SELECT owner AS customer_id, action, points, occurred_at {_OF} JOIN events_event ON customer_id = profile) events",
}


@dataclass(frozen=True)
class Projection:
    """Rows that one statement can recompute. `columns` maps each to its value where the recomputation has no row.

    All rows are weighed first, less their history: nothing is left if each is what its history says. Else the blocks of
    customers that weigh something are compared row by row. Families are in any case, since no row of an entry or event
    says to which of them it belongs.
    """

    name: str
    table: str
    # The customer first.
    key: tuple[str, ...]
    columns: Mapping[str, str]
    # A SELECT of the key and the columns, from `{events}` and `{entries}`; `{of}` narrows it to some customers.
    recomputed: str
    # What a stored row weighs.
    weighed: str
    # What the history weighs.
    history: tuple[Piece, ...]
    # The stored rows, where they are not those of the table as they are.
    stored: str = ""
    # A survivor's rows are what all profiles of the family have done; else each profile's are its own.
    of_families: bool = True
    # Merged-away profiles keep their rows, as they were left by the merge.
    stays: bool = False

    @property
    def pieces(self) -> Sequence[Piece]:
        return Piece(self.table, f"-({self.weighed})", self.key[0]), *self.history

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        if not (self.of_families and families.customers):
            return Apart()
        blocks = weigh_blocks(cursor, self.pieces, seed=seed, only=families.customers)
        owners = [one for one in families.profiles if self.stays or one not in families.survivors]
        pairs = [(owner, profile) for owner in owners for profile in families.profiles[owner]]
        history = {
            "customers": owners,
            "owners": [owner for owner, _ in pairs],
            "profiles": [profile for _, profile in pairs],
        }
        number, mismatches = self._compare(cursor, IN, {**OF_FAMILY, **history}, limit)
        return Apart(blocks or {}, customers=families.customers, number=number, mismatches=mismatches)

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        if weighed.left == apart.left:
            return Found(weighed.compared, apart.number, [*apart.mismatches])
        blocks = weigh_blocks(cursor, self.pieces, seed=weighed.seed)
        if blocks is None:
            of, chosen = NOT_IN, [*apart.customers]
        else:
            wrong = (block for block, left in blocks.items() if left != apart.blocks.get(block, 0))
            of, chosen = IN, [one for one in members(wrong) if one not in apart.customers]
        number, mismatches = self._compare(cursor, of, {**PLAIN, "customers": chosen}, limit)
        return Found(weighed.compared, apart.number + number, [*apart.mismatches, *mismatches][:limit])

    def _compare(
        self, cursor: CursorWrapper, of: str, history: Mapping[str, Any], limit: int
    ) -> tuple[int, list[Mismatch]]:
        """How many rows differ, and the first of them."""
        statement = self._comparing().replace("{of}", of)
        for name in PLAIN:
            statement = statement.replace(f"{{{name}}}", history[name])
        cursor.execute(statement, {**history, "limit": limit})
        rows = cursor.fetchall()
        return rows[0][-1] if rows else 0, [self._mismatch(row) for row in rows]

    def _comparing(self) -> str:
        """The rows that differ: key, what is stored, what was recomputed, and how many such rows there are."""
        stored = [f"stored.{name}" for name in self.columns]
        recomputed = [f"coalesce(recomputed.{name}, {absent})" for name, absent in self.columns.items()]
        columns = ", ".join([*self.key, *self.columns])
        rows = self.stored or f"SELECT {columns} FROM {self.table} WHERE true {{of}}"
        return f"""
            SELECT {", ".join([*self.key, *stored, *recomputed])}, count(*) OVER ()
            FROM ({rows}) stored FULL JOIN ({self.recomputed}) recomputed USING ({", ".join(self.key)})
            WHERE ({", ".join(stored)}) IS DISTINCT FROM ({", ".join(recomputed)})
            ORDER BY {", ".join(self.key)} LIMIT %(limit)s
        """

    def _mismatch(self, row: Sequence[Any]) -> Mismatch:
        keys, columns = len(self.key), len(self.columns)
        stored = dict(zip(self.columns, row[keys : keys + columns], strict=True))
        recomputed = dict(zip(self.columns, row[keys + columns : -1], strict=True))
        return mismatch(self.name, self.table, row[:keys], stored, recomputed)
