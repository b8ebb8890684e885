"""What may have happened twice: two events of profiles that were merged."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from customers.models import Customer
from customers.queries import family
from events.models import Event

MOST_DUPLICATES = 100


@dataclass(frozen=True)
class Duplicate:
    """Two events of different profiles, the later first, that may tell of the same. `total`: of the orders, if that is it."""

    later: Event
    earlier: Event
    total: Any = None


# For each event one look into the timelines of the others, two days wide: not the product of all their events.
_PAIRS = """
    SELECT a.id, b.id, CASE WHEN ta.total = tb.total AND ta.total > 0 THEN ta.total END
    FROM events_event a
    LEFT JOIN events_transaction ta
        ON a.action = 'checkout' AND ta.transaction_id = a.transaction_id AND ta.customer_id = %(survivor)s
    CROSS JOIN LATERAL (
        SELECT e.id, e.occurred_at, e.points, e.transaction_id FROM events_event e
        WHERE e.customer_id = ANY(%(family)s) AND (e.customer_id = %(survivor)s OR e.customer_id > a.customer_id)
            AND e.occurred_at BETWEEN a.occurred_at - interval '1 day' AND a.occurred_at + interval '1 day'
            AND e.action = a.action AND e.parent_id IS NULL
        OFFSET 0
    ) b
    LEFT JOIN events_transaction tb
        ON a.action = 'checkout' AND tb.transaction_id = b.transaction_id AND tb.customer_id = %(survivor)s
    WHERE a.customer_id = ANY(%(merged)s) AND a.parent_id IS NULL AND a.action NOT IN ('point_expire', 'customer_merge')
        AND (a.points = b.points AND a.points <> 0 OR ta.total = tb.total AND ta.total > 0)
    ORDER BY greatest(a.occurred_at, b.occurred_at) DESC, greatest(a.id, b.id) DESC, least(a.id, b.id) DESC
    LIMIT %(limit)s
"""


def possible_duplicates(survivor: Customer, limit: int = MOST_DUPLICATES) -> list[Duplicate]:
    """The same action with the same points, or the same total of an order, in two of its profiles within a day; newest first.

    Points that expired are no action, and what follows from an event is told with it. Two or three queries.
    """
    profiles = list(family(survivor.id))
    merged = profiles[1:]
    if not merged:
        return []
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"survivor": survivor.id, "family": profiles, "merged": merged, "limit": limit}
        cursor.execute(_PAIRS, params)
        pairs = cursor.fetchall()
    events = Event.objects.filter(customer_id__in=profiles, id__in={id for a, b, _ in pairs for id in (a, b)})
    by_id = {event.id: event for event in events}
    return [_duplicate(by_id[a], by_id[b], total) for a, b, total in pairs]


def _duplicate(one: Event, other: Event, total: Any) -> Duplicate:
    earlier, later = sorted((one, other), key=lambda event: (event.occurred_at, event.id))
    return Duplicate(later, earlier, total)
