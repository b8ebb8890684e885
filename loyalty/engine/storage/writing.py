"""Writes what a batch of events has changed."""

from collections.abc import Iterator

from loyalty.engine.batch import Batch
from loyalty.engine.mechanism import Composition
from loyalty.engine.rows import CUSTOMER
from loyalty.engine.status import ERASED

from . import statements
from .claims import Claims
from .store import Copy, Session, delete, insert, update
from .wire import Statement


class Writing:
    """The last conversation of an attempt, up to the commit."""

    def __init__(self, composition: Composition, claims: Claims, session: Session) -> None:
        self.composition, self.claims, self.session = composition, claims, session
        self.has_begun = False

    def write(self, batch: Batch) -> None:
        self.has_begun = True
        self.session.write([step for step in self._steps(batch) if step is not None])

    def _steps(self, batch: Batch) -> Iterator[Statement | Copy | None]:
        if never := self.claims.unused_identities():
            schemes, values = [scheme for scheme, _ in never], [value for _, value in never]
            yield Statement(statements.RETURN_IDENTITIES, [schemes, values])
        if unused := self.claims.unused_keys():
            yield Statement(statements.RETURN_KEYS, [unused])
        yield from self._rows(batch)
        yield from self._erasures(batch)

    def _erasures(self, batch: Batch) -> Iterator[Statement]:
        """Of those who have left in this batch: what was written of them before and just now."""
        touched = (*batch.edited, *batch.added.get(CUSTOMER, ()))
        gone = sorted({row.id for row in touched if row.TABLE is CUSTOMER and row.status in ERASED})
        for function in self.composition.erasures if gone else ():
            yield Statement(statements.ERASE.format(function), [gone, batch.at])
        if gone and self.composition.fan_out:
            yield Statement(statements.LEAVE_OPEN, [gone, list(self.composition.fan_out)])

    def _rows(self, batch: Batch) -> Iterator[Statement | Copy | None]:
        """What is removed goes first, the rows that name others before those; then each table's new and changed rows."""
        fresh = {row for rows in batch.added.values() for row in rows}
        gone = batch.removed
        for table in reversed(self.composition.tables) if gone else ():
            yield delete(table, [row for row in gone if row.TABLE is table and row not in fresh])
        for table in self.composition.tables:
            added = batch.added.get(table)
            if added and gone:
                added = [row for row in added if row not in gone]
            if added:
                yield insert(table, added)
            changed = {
                row: image
                for row, image in batch.edited.items()
                if row.TABLE is table and row not in fresh and row not in gone
            }
            yield update(table, changed)
