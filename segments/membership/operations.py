"""Keeping members as their rules say: for the customers to whom something happened, at midnight, and after a change.

Each segment's members change in one transaction, so whoever is killed leaves the last complete ones; what was due is due
still. A segment is computed by one at a time: an advisory lock is held for as long as its transaction.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import F

from loyalty.calendar import ONE_DAY, end_of, local_day
from segments.enums import SegmentStatus
from segments.language.compiling import compile_rule
from segments.language.vocabulary import SEGMENT, SEGMENT_OPTION, Vocabulary, read_vocabulary
from segments.models import Computation, Segment, Stay
from segments.program import compute_anew, segments_asking

from .plan import Planned, planned, planned_segments
from .queries import (
    FULL,
    LINE,
    NOBODY,
    Changed,
    Touched,
    bound_time,
    change_members,
    forget_departed,
    hold_active,
    keep_sizes,
    lock,
    take_touched,
    try_to_lock,
)

AT_ONCE, CHUNKS = 1_000, 50
# As long as one segment may take, and as long as the line waits for it, in seconds.
LONGEST, PATIENCE = 600, 5
Clock = Callable[[], dt.datetime]


class Overlapping(Exception):
    """The segment, or another one, is being computed or changed by somebody else."""


def refresh_touched(*, now: Clock) -> int:
    """Look at the customers to whom something has happened; how many.

    Of a long line the next run sees to the rest, as it does where a full computation would have had to be waited for.
    """
    number = 0
    with suppress(OperationalError):
        for _ in range(CHUNKS):
            found = _refresh_chunk(now())
            if not found:
                break
            number += found
    return number


@transaction.atomic(durable=True)
def _refresh_chunk(at: dt.datetime) -> int:
    """The locks are held before anything is read: what a computation that was waited for has not seen is seen here."""
    touched = take_touched(AT_ONCE) if try_to_lock(LINE) else NOBODY
    if not touched.customers:
        return 0
    active = list(Segment.objects.filter(status=SegmentStatus.ACTIVE).values_list("id", flat=True))
    lock(active, patience=PATIENCE)
    hold_active(active)
    vocabulary = read_vocabulary()
    found = [one for one in planned_segments(vocabulary) if not one.computation.is_due]
    changed = {one.segment.id: _refresh_some(one, vocabulary, touched, at) for one in found if one.rule is not None}
    _count(changed, forget_departed([id for id, change in changed.items() if change.entered], at=at))
    # What has happened to these customers is told once only: who cannot be looked at now is, when the rule can be read again.
    compute_anew([one.segment for one in found if one.rule is None])
    return len(touched.customers)


def _refresh_some(one: Planned, vocabulary: Vocabulary, touched: Touched, at: dt.datetime) -> Changed:
    assert one.rule is not None
    zone = ZoneInfo(settings.TIME_ZONE)
    statement = compile_rule(one.rule, vocabulary, today=local_day(at, zone), zone=zone, only=touched.customers)
    return change_members(one.segment.id, statement, at=at, since=at, told=not one.segment.announces, touched=touched)


def _count(changed: Mapping[int, Changed], forgotten: Mapping[int, int]) -> None:
    for id, change in changed.items():
        if more := change.entered - change.left - forgotten.get(id, 0):
            Computation.objects.filter(segment=id).update(members=F("members") + more)


def refresh_due(*, now: Clock) -> Sequence[str]:
    """Compute the segments that are due, and then those that this makes due; their IDs. While somebody else computes, they
    are left to them."""
    vocabulary, done = read_vocabulary(), list[str]()
    while (segment := _next_due(vocabulary, now(), done)) is not None:
        try:
            refresh(segment, vocabulary, now=now)
        except Overlapping:
            break
        done.append(segment.slug)
    return done


def _next_due(vocabulary: Vocabulary, at: dt.datetime, done: Sequence[str]) -> Segment | None:
    today = local_day(at, ZoneInfo(settings.TIME_ZONE))
    due = (one.segment for one in planned_segments(vocabulary) if one.is_due(at, today, vocabulary))
    return next((segment for segment in due if segment.slug not in done), None)


def refresh(segment: Segment, vocabulary: Vocabulary, *, now: Clock) -> None:
    """Compute all its members. Raises Overlapping; what goes wrong otherwise is kept for the page to show."""
    try:
        with transaction.atomic(durable=True):
            _refresh_all(segment.id, vocabulary, now())
    except DatabaseError as error:
        reason = f"The computation did not complete ({type(error).__name__}). It is tried again"
        Computation.objects.filter(segment=segment).update(problem=reason, tried_at=now())


def _refresh_all(segment: int, vocabulary: Vocabulary, at: dt.datetime) -> None:
    if not try_to_lock(FULL, segment):
        raise Overlapping
    one = planned(Segment.objects.select_related("computation").get(id=segment), vocabulary)
    zone, row = ZoneInfo(settings.TIME_ZONE), Computation.objects.filter(segment=segment)
    today = local_day(at, zone)
    if one.rule is None:
        row.update(problem=one.problem, tried_at=at)
        return
    bound_time(LONGEST)
    statement = compile_rule(one.rule, vocabulary, today=today, zone=zone)
    changed = change_members(segment, statement, at=at, since=_since(one, at, zone), told=not one.segment.announces)
    _require_active(segment)
    forget_departed([segment], at=at)
    # Not those whom the rule has selected: some of them may have been erased since.
    number = Stay.objects.filter(segment=segment, left_at__isnull=True).count()
    row.update(complete=one.computation.wanted, computed_at=at, computed_for=today, members=number, problem="")
    if changed.entered or changed.left:
        compute_anew(segments_asking(SEGMENT, SEGMENT_OPTION, [one.segment.slug]))


def _require_active(segment: int) -> None:
    """Who is let into one that is archived meanwhile would stay in it for good."""
    try:
        is_active = bool(hold_active([segment]))
    except OperationalError:
        is_active = False
    if not is_active:
        raise Overlapping


def _since(one: Planned, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """What a new day alone has changed is so from its midnight on."""
    return at if one.computation.is_due else end_of(local_day(at, zone) - ONE_DAY, zone)


def keep_sizes_of_today(*, now: Clock) -> None:
    keep_sizes(local_day(now(), ZoneInfo(settings.TIME_ZONE)))
