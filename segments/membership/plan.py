"""Which segments are computed, in which order: each after those whose members its rule asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from segments.enums import SegmentStatus
from segments.language.reading import read_rule
from segments.language.refusals import WrongRule
from segments.language.tree import Rule
from segments.language.using import moves_by_day, segments_in
from segments.language.vocabulary import Vocabulary
from segments.models import Computation, Segment

PAUSE = timedelta(minutes=10)


@dataclass(frozen=True)
class Planned:
    """A segment that is computed. `rule` is None where it asks for what is not there any more: `problem` says what."""

    segment: Segment
    computation: Computation
    rule: Rule | None
    problem: str = ""

    def is_due(self, at: datetime, today: date, vocabulary: Vocabulary) -> bool:
        """Never computed, changed since, or told by a day that is over. One that failed is tried again after a pause."""
        if self.computation.problem and self.computation.tried_at and at < self.computation.tried_at + PAUSE:
            return False
        if self.computation.is_due or self.computation.problem:
            return True
        is_old = self.computation.computed_for is None or self.computation.computed_for < today
        return is_old and self.rule is not None and moves_by_day(self.rule, vocabulary)


def planned_segments(vocabulary: Vocabulary) -> Sequence[Planned]:
    """The active ones; two statements."""
    rows = Segment.objects.filter(status=SegmentStatus.ACTIVE).select_related("computation").order_by("slug")
    return in_order([planned(row, vocabulary) for row in rows])


def planned(segment: Segment, vocabulary: Vocabulary) -> Planned:
    try:
        return Planned(segment, segment.computation, read_rule(segment.rule, vocabulary, is_stored=True))
    except WrongRule as error:
        return Planned(segment, segment.computation, None, str(error)[:500])


def in_order(found: Sequence[Planned]) -> Sequence[Planned]:
    ordered: list[Planned] = []
    waiting = list(found)
    while waiting:
        names = {one.segment.slug for one in waiting}
        ready = [one for one in waiting if not (segments_in(one.rule) if one.rule else frozenset()) & names]
        ordered += ready or waiting
        waiting = [one for one in waiting if one not in ready] if ready else []
    return ordered
