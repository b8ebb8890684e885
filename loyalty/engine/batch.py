"""The unit of change: what a batch of events has edited, added and removed, and how a refusal is undone. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from loyalty.refusals import Refused as Refused  # what mechanisms raise

from .events import Actor
from .program import Program
from .state import Row, State, Table

# A cascade deeper or larger than this is a mistake in the programme, not a customer's doing.
MAX_DEPTH = 8
MAX_EVENTS = 2_000
R = TypeVar("R", bound=Row)
_NOTHING = object()


class Batch:
    """The unit of change: collects edited and added rows, and takes back those of a refused event."""

    def __init__(self, *, program: Program, by: Actor, at: datetime, new_id: Callable[[str], int]) -> None:
        self.program = program
        self.by = by
        self.at = at
        self.new_id = new_id
        # What belongs to no customer, by part.
        self.shared = State(None, exists=True)
        # Of the event that is reduced: the second customer, and the merged profile by whose identity it came in.
        self.target: State | None = None
        self.via_id: int | None = None
        self.added: dict[Table, list[Any]] = {}
        # Row → its image before the batch: the touched rows are the dirty set.
        self.edited: dict[Any, tuple[Any, ...]] = {}
        # In their order; a row that this batch added is then neither written nor deleted.
        self.removed: dict[Any, None] = {}
        self.emitted: list[Any] = []
        self._undo: dict[Any, tuple[Any, ...]] = {}
        self._marks: dict[Table, int] = {}
        self._removed: list[Any] = []
        # What was in a part before, or _NOTHING.
        self._filed: list[tuple[dict[Any, Any], Any, Any]] = []

    def edit(self, row: R) -> R:
        """Announce that `row` is about to change; returns it."""
        if row not in self._undo:
            self._undo[row] = row.TABLE.image(row)
        return row

    def add(self, row: R) -> R:
        """A new row; it may be edited afterwards."""
        rows = self.added.get(row.TABLE)
        if rows is None:
            rows = self.added[row.TABLE] = []
        if row.TABLE not in self._marks:
            self._marks[row.TABLE] = len(rows)
        rows.append(row)
        return row

    def remove(self, row: Row) -> None:
        """The row goes: one that was loaded or that this batch added."""
        self.removed[row] = None
        self._removed.append(row)

    def put(self, part: dict[Any, Any], key: Any, value: Any) -> None:
        """Put something into a part of the state."""
        self._filed.append((part, key, part.get(key, _NOTHING)))
        part[key] = value

    def pop(self, part: dict[Any, Any], key: Any) -> None:
        """Take something out of a part of the state; its row, if it has one, is removed by `remove`."""
        self._filed.append((part, key, part.pop(key)))

    def emit(self, event: Any) -> None:
        """A further event, which runs through the mechanisms after the ones before it."""
        self.emitted.append(event)

    def begin(self) -> None:
        """From here on changes belong to the next event."""
        self._undo = {}
        self._marks = {}
        self._filed = []
        self._removed = []
        self.emitted = []

    def image_before(self, row: Row) -> tuple[Any, ...] | None:
        """The mutable columns before the event that is reduced, if it has edited the row."""
        return self._undo.get(row)

    def keep(self) -> None:
        for row, image in self._undo.items():
            self.edited.setdefault(row, image)

    def roll_back(self) -> None:
        """Restore everything as it was at `begin`."""
        for row, image in self._undo.items():
            for name, value in zip(row.TABLE.mutable, image, strict=True):
                setattr(row, name, value)
        for table, length in self._marks.items():
            del self.added[table][length:]
        for row in self._removed:
            del self.removed[row]
        for part, key, before in reversed(self._filed):
            if before is _NOTHING:
                del part[key]
            else:
                part[key] = before
