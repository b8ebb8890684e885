"""What the Read API asks of events and orders."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BigIntegerField, Case, F, Func, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from events.models import Event
from events.orders.enums import TransactionStatus
from events.orders.models import Transaction
from loyalty.api.lists.asking import ListQuery
from loyalty.intake.sources import Source
from loyalty.ui.paging import nearest

# The last day, by event, on which what it earned is valid: a table of another room, read once for all events.
_LAST_DAYS = """SELECT jsonb_object_agg(event_id, day) FROM (
    SELECT event_id, to_char((min(expires_at) - interval '1 microsecond') AT TIME ZONE %s, 'YYYY-MM-DD') AS day
    FROM points_lot WHERE customer_id = %s GROUP BY event_id
) lot"""
# What the order was credited with: while it waits, that of the lines that are accepted.
_OF_LINES = """(
    SELECT coalesce(sum((line ->> 'earned')::bigint), 0)::bigint FROM jsonb_array_elements(%(expressions)s) line
    WHERE (line ->> 'accepted')::boolean
)"""
_WAITING = (TransactionStatus.DRAFT, TransactionStatus.PENDING)
_CREDITED = Case(
    When(status__in=_WAITING, then=Func(F("items"), template=_OF_LINES, output_field=BigIntegerField())),
    default=F("earned"),
)


def day_of(instant: str, zone: str) -> Func:
    """As clients read and compare it: 2026-05-14."""
    local = Func(F(instant), Value(zone), template="%(expressions)s", arg_joiner=" AT TIME ZONE ")
    return Func(local, Value("YYYY-MM-DD"), function="to_char", output_field=TextField())


def looked_up(key: str, map_of_all: str, *bound: Any) -> Func:
    """In a JSON object that is read once for all rows: read for each of them, it would take longer than the rest."""
    read = RawSQL(map_of_all, bound)  # noqa: S611  nothing that anybody sends is written into it
    return Func(read, Cast(key, TextField()), template="%(expressions)s", arg_joiner=" ->> ", output_field=TextField())


def listed_events(family: Sequence[int], asked: ListQuery) -> list[Event]:
    """Each profile's by themselves, in the order of time along its timeline, which an index serves. The lots are the survivor's."""
    rows = Event.objects.alias(last_day=looked_up("id", _LAST_DAYS, settings.TIME_ZONE, family[0]))
    apart = [asked.of(rows.filter(customer_id=profile)) for profile in family]
    start = asked.page.offset
    return list(nearest(apart, start + asked.page.limit + 1)[start:])


def listed_transactions(customer_id: int, asked: ListQuery) -> list[tuple[Transaction, int]]:
    """With the points that each was credited with. Those of merged profiles are the survivor's."""
    rows = Transaction.objects.filter(customer_id=customer_id).annotate(credited=_CREDITED)
    found = asked.of(rows.alias(accept_day=day_of("accept_at", settings.TIME_ZONE)))
    start = asked.page.offset
    return [(one, one.credited) for one in found[start : start + asked.page.limit + 1]]


def _found(sql: str, bound: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return cursor.fetchall()


def roots_of(events: Sequence[Event]) -> dict[int, int]:
    """By event, the one that all of the same operation followed from: itself where nothing caused it."""
    sql = """
        WITH RECURSIVE line AS (
            SELECT asked.id AS asked, asked.customer_id, asked.parent_id
            FROM unnest(%(ids)s::bigint[], %(customers)s::bigint[], %(parents)s::bigint[])
                AS asked(id, customer_id, parent_id)
            UNION ALL
            SELECT line.asked, e.customer_id, e.parent_id FROM line
            JOIN events_event e ON e.customer_id = line.customer_id AND e.id = line.parent_id
            WHERE e.parent_id IS NOT NULL
        )
        SELECT asked, min(parent_id) FROM line WHERE parent_id IS NOT NULL GROUP BY asked
    """
    caused = [event for event in events if event.parent_id]
    bound = {
        "ids": [event.id for event in caused],
        "customers": [event.customer_id for event in caused],
        "parents": [event.parent_id for event in caused],
    }
    # A cause has a smaller id than what follows from it.
    return {**{event.id: event.id for event in events}, **dict(_found(sql, bound))}


def imports_of(customers: Collection[int]) -> dict[int, str]:
    """By customer, the import whose event made the profile, as `import:<id>`: an index descent for each."""
    sql = """
        SELECT asked.id, first.source_detail FROM unnest(%s::bigint[]) AS asked(id) CROSS JOIN LATERAL (
            SELECT e.source, e.source_detail FROM events_event e WHERE e.customer_id = asked.id ORDER BY e.id LIMIT 1
        ) first WHERE first.source = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(customers), Source.IMPORT.value])
        return dict(cursor.fetchall())
