"""What the ledger tells of a page of events: balances right after each, what used their points, what changed their dates.

There is no index by event or by lot: the family's own part of the ledger is read once for the whole page.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from customers.models import Merge
from events.models import Event
from loyalty.points.enums import BUCKETS, EntryKind
from loyalty.points.ledger.models import Lot

Snapshot = Mapping[str, int]
# By lot and event, how many of the lot's points it used; fewer than none if it gave some back.
Uses = Mapping[int, Mapping[int, int]]
FIGURES = {"score": "earned", "spent": "spent", "pending": "pending", "expired": "expired"}
# What is no use of a lot's points.
_NO_USE = [EntryKind.EARN.value, EntryKind.EXPIRE.value, EntryKind.MOVE.value]


@dataclass(frozen=True)
class Change:
    """The last change of the date on which an event's points expire."""

    at: datetime
    staff_id: int | None


def _rows(sql: str, bound: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return cursor.fetchall()


def uses_of(family: Sequence[int], lots: Sequence[Lot]) -> Uses:
    """Of a lot they add up to its points, less what remains and what has expired."""
    sql = """
        SELECT lot_id, event_id, -sum(points)::bigint FROM points_entry
        WHERE customer_id = ANY(%(family)s) AND lot_id = ANY(%(lots)s) AND kind <> ALL(%(no_use)s)
        GROUP BY lot_id, event_id HAVING sum(points) <> 0 ORDER BY lot_id, event_id
    """
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    bound = {"family": list(family), "lots": [lot.id for lot in lots], "no_use": _NO_USE}
    for lot_id, event_id, points in _rows(sql, bound):
        found[lot_id][event_id] = points
    return found


def changes_of(family: Sequence[int], event_ids: Sequence[int]) -> dict[int, Change]:
    """By event."""
    sql = """
        SELECT DISTINCT ON (changed.id) changed.id, e.recorded_at, e.staff_id FROM events_event e
        CROSS JOIN LATERAL jsonb_array_elements(e.data -> 'changed') AS one
        CROSS JOIN LATERAL (SELECT (one ->> 'event')::bigint AS id) changed
        WHERE e.customer_id = ANY(%(family)s) AND e.action = 'point_expiration' AND changed.id = ANY(%(ids)s)
        ORDER BY changed.id, e.id DESC
    """
    found = _rows(sql, {"family": list(family), "ids": list(event_ids)})
    return {event_id: Change(at, staff_id) for event_id, at, staff_id in found}


def snapshots_of(customer_id: int, events: Sequence[Event]) -> dict[int, Snapshot]:
    """By event, the figures of its profile in the default account right after it was processed.

    What a merged-away profile had counts from its merge on. Ids are drawn in the order of processing.
    """
    sums = ", ".join(_sum(name) for name in FIGURES.values())
    running = ", ".join(f"sum({name}) OVER (PARTITION BY profile ORDER BY place)" for name in FIGURES.values())
    nothing = ", ".join("0" for _ in FIGURES)
    sql = f"""
        WITH known AS (
            SELECT m.profile, greatest(n.event_id, m.since) AS place, NULL::bigint AS asked, {sums}
            FROM unnest(%(profiles)s::bigint[], %(members)s::bigint[], %(since)s::bigint[]) AS m(profile, member, since)
            JOIN points_entry n ON n.customer_id = m.member
            WHERE n.account_id = (SELECT id FROM points_account WHERE is_default) AND greatest(n.event_id, m.since) <= %(last)s
            GROUP BY 1, 2
            UNION ALL
            SELECT profile, id, id, {nothing} FROM unnest(%(of)s::bigint[], %(ids)s::bigint[]) AS asked(profile, id)
        )
        SELECT * FROM (SELECT asked, {running} FROM known) told WHERE asked IS NOT NULL
    """
    ids = [event.id for event in events]
    bound = {"last": max(ids), "of": [event.customer_id for event in events], "ids": ids}
    members = [*_members(customer_id, {event.customer_id for event in events})]
    for name, column in zip(("profiles", "members", "since"), zip(*members, strict=True), strict=True):
        bound[name] = list(column)
    return {row[0]: dict(zip(FIGURES, map(int, row[1:]), strict=True)) for row in _rows(sql, bound)}


def _sum(bucket: str) -> str:
    """Of the entries that move this bucket, all of them the same way."""
    moving = {kind: found[1] for kind, found in BUCKETS.items() if found and found[0] == bucket}
    [sign] = set(moving.values())
    kinds = ", ".join(f"'{kind.value}'" for kind in moving)
    return f"{sign} * coalesce(sum(n.points) FILTER (WHERE n.kind IN ({kinds})), 0) AS {bucket}"


def _members(customer_id: int, profiles: set[int]) -> Iterator[tuple[int, int, int]]:
    """(profile, whose entries count for it, from which of its events on)."""
    merges = Merge.objects.filter(survivor_id=customer_id).values_list("source_id", "into", "survivor_event")
    steps = {source: (into, event_id) for source, into, event_id in merges}
    for profile in profiles:
        yield profile, profile, 0
    for source in steps:
        place, since = source, 0
        while place in steps:
            place, event_id = steps[place]
            since = max(since, event_id)
            if place in profiles:
                yield place, source, since
