"""Rows that one statement finds to be otherwise than they should: few enough to look at all of them. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

from .checks import Apart, Found, Mismatch, Piece, Weighed
from .families import Families


@dataclass(frozen=True)
class RowCheck:
    """`column` of `table` is compared; nothing is weighed.

    `sql` selects (customer, the row's key, what is stored, what it should be) of the rows that are wrong. `customer`: of a row
    of the table, for whose part of the customers it counts.
    """

    name: str
    table: str
    column: str
    sql: str
    customer: str = "customer_id"
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pieces(self) -> Sequence[Piece]:
        return (Piece(self.table, "0", self.customer),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        cursor.execute(self.sql, self.params or None)
        rows = cursor.fetchall()
        return Apart(number=len(rows), mismatches=[self._mismatch(*row) for row in rows[:limit]])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])

    def _mismatch(self, customer: int | None, key: Any, stored: Any, wanted: Any) -> Mismatch:
        return Mismatch(self.name, customer, f"{self.table} ({key})", {self.column: stored}, {self.column: wanted})
