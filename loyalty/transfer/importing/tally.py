"""What became of the rows of a chunk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.refusals import Refused
from loyalty.transfer.enums import NoticeKind
from loyalty.transfer.reading.columns import Plan, Refusal
from loyalty.transfer.reading.reader import Line


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told of a row that was not refused."""

    line: int
    kind: NoticeKind
    recorded_at: datetime | None = None
    import_id: int | None = None
    text: str = ""


@dataclass(slots=True)
class Tally:
    recorded: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.recorded + self.unchanged + len(self.refused)

    @property
    def already_there(self) -> int:
        return sum(notice.kind == NoticeKind.ALREADY_THERE for notice in self.notices)

    def refuse(self, plan: Plan, lines: Iterable[Line], error: Refused) -> None:
        column = plan.column_of(error.field)
        self.refused += [
            Refusal(line.number, column, error.code, error.message, error.predicate if column else "") for line in lines
        ]

    def there(self, lines: Sequence[Line], recorded_at: datetime | None = None, import_id: int | None = None) -> None:
        """The rows' effect is there already."""
        self.unchanged += len(lines)
        kind = NoticeKind.ALREADY_THERE
        self.notices += [Notice(line.number, kind, recorded_at, import_id) for line in lines]

    def merged(self, line: Line, kept: Iterable[str]) -> None:
        """The row names a merged-away profile; what the survivor has stays."""
        text = f"A profile that was merged away: {', '.join(sorted(kept))} of the survivor stayed."
        self.notices.append(Notice(line.number, NoticeKind.MERGED, text=text))


def fault(line: Line) -> Refusal | None:
    """The refusal of a row that could not be read."""
    return Refusal(line.number, line.column, 0, line.fault) if line.fault else None


def record_all(events: list[Incoming], *, by: Actor, at: datetime) -> list[Refused | None]:
    """`record`'s errors; a row at which the database itself balks is refused alone."""
    if not events:
        return []
    try:
        return [outcome.error for outcome in record(events, by=by, at=at)]
    except (DataError, IntegrityError):
        half = len(events) // 2
        if half:
            return record_all(events[:half], by=by, at=at) + record_all(events[half:], by=by, at=at)
        return [Refused(0, "A value of this row is out of the range that can be stored")]
