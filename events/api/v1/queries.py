"""What the Read API asks of events and orders: which are listed, in which order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from events.models import Event
from events.orders.models import Transaction
from loyalty.api.lists.criteria import Condition, ListQuery, Order, text, whole
from loyalty.intake.sources import Source

SIGNS = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
EVENTS = {"action": text(), "date": text(), "account": text(), "points": whole(), "expdate": text()}
TRANSACTIONS = {
    **{name: text() for name in ("status", "checkout_date", "auto_accept", "account")},
    **{name: whole() for name in ("points_rewarded", "earned", "burned")},
}


def _day(instant: str, zone: str) -> str:
    return f"to_char({instant} AT TIME ZONE {zone}, 'YYYY-MM-DD')"


@dataclass(frozen=True)
class _Listing:
    """How a list is read: what each field is in SQL, texts being compared by their characters as clients do; which
    join a field needs; what stands for a day where nothing is sorted by after it; what breaks ties."""

    columns: Mapping[str, str]
    joins: Mapping[str, str]
    finer: Mapping[str, str]
    ties: Sequence[str]

    def where(self, conditions: Sequence[Condition]) -> tuple[str, dict[str, Any]]:
        """With what is bound in it."""
        parts = [f"{self.columns[one.field]} {SIGNS[one.operator]} %(value{n})s" for n, one in enumerate(conditions)]
        return " AND ".join(["true", *parts]), {f"value{n}": one.value for n, one in enumerate(conditions)}

    def order(self, orders: Sequence[Order]) -> str:
        """Ties are broken the way of the last field, so that an index can be walked either way; else the newest first."""
        ways = [(self.columns[one.field], one.descending) for one in orders]
        if orders:
            ways[-1] = self.finer.get(orders[-1].field, ways[-1][0]), orders[-1].descending
        falls = orders[-1].descending if orders else True
        ways += [(column, falls) for column in self.ties if column not in (way[0] for way in ways)]
        return ", ".join(f"{column} {'DESC' if descending else 'ASC'}" for column, descending in ways)

    def joined(self, asked: ListQuery) -> str:
        used = {one.field for one in asked.conditions} | {one.field for one in asked.order}
        return " ".join(join for name, join in self.joins.items() if name in used)

    def statement(self, rows: str, asked: ListQuery) -> tuple[str, dict[str, Any]]:
        """The page that is asked for, and one row more if there is one."""
        where, bound = self.where(asked.conditions)
        sql = f"{rows} {self.joined(asked)} WHERE {where} ORDER BY {self.order(asked.order)} LIMIT %(limit)s OFFSET %(offset)s"
        page = {"limit": asked.page.limit + 1, "offset": asked.page.offset, "zone": settings.TIME_ZONE}
        return sql, {**bound, **page}


_ACCOUNT = "LEFT JOIN points_account a ON a.id = {}.account_id"
# The last day on which what an event earned is valid; the lots are the survivor's.
_EXPDATE = f"""LEFT JOIN (
    SELECT event_id, {_day("(min(expires_at) - interval '1 microsecond')", "%(zone)s")} AS day FROM points_lot
    WHERE customer_id = %(customer)s GROUP BY event_id
) lot ON lot.event_id = e.id"""
_EVENTS = _Listing(
    columns={
        "action": 'e.action COLLATE "C"',
        "date": _day("e.occurred_at", "'UTC'"),
        "account": 'a.slug COLLATE "C"',
        "points": "e.points",
        "expdate": "lot.day",
    },
    joins={"account": _ACCOUNT.format("e"), "expdate": _EXPDATE},
    finer={"date": "e.occurred_at"},
    ties=("e.occurred_at", "e.id"),
)
# What the order was credited with: while it waits, that of the lines that are accepted.
_CREDITED = """CASE WHEN t.status IN ('draft', 'pending') THEN (
    SELECT coalesce(sum((line ->> 'earned')::bigint), 0)::bigint FROM jsonb_array_elements(t.items) line
    WHERE (line ->> 'accepted')::boolean
) ELSE t.earned END"""
_ORDERS = _Listing(
    columns={
        "status": 't.status COLLATE "C"',
        "checkout_date": _day("t.checkout_at", "'UTC'"),
        "auto_accept": _day("t.accept_at", "%(zone)s"),
        "account": 'a.slug COLLATE "C"',
        "points_rewarded": "t.earned",
        "earned": _CREDITED,
        "burned": "t.burned",
    },
    joins={"account": _ACCOUNT.format("t")},
    finer={"checkout_date": "t.checkout_at"},
    ties=("t.id",),
)


def listed_events(family: Sequence[int], asked: ListQuery) -> list[Event]:
    """The newest first, unless another order is asked for. In the order of time they are read along the timelines of the
    profiles, each of which has a range of the index: the planner finds that out only where each range is ordered."""
    order = _EVENTS.order(asked.order)
    within = f"ORDER BY {order}" if len(family) > 1 and order.startswith("e.occurred_at") else ""
    parts = (f"(SELECT e.* FROM events_event e WHERE e.customer_id = {profile:d} {within})" for profile in family)
    sql, bound = _EVENTS.statement(f"SELECT e.id FROM ({' UNION ALL '.join(parts)}) e", asked)
    ids = [id for (id,) in _found(sql, {**bound, "customer": family[0]})]
    rows_by_id = {event.id: event for event in Event.objects.filter(customer_id__in=family, id__in=ids)}
    return [rows_by_id[id] for id in ids]


def listed_transactions(customer_id: int, asked: ListQuery) -> list[tuple[Transaction, int]]:
    """The newest first, unless another order is asked for, with the points that each was credited with.

    Those of merged profiles are the survivor's.
    """
    rows = f"SELECT * FROM events_transaction WHERE customer_id = {customer_id:d}"
    sql, bound = _ORDERS.statement(f"SELECT t.id, {_CREDITED} FROM ({rows}) t", asked)
    credited = dict(_found(sql, bound))
    found = {order.id: order for order in Transaction.objects.filter(customer_id=customer_id, id__in=list(credited))}
    return [(found[id], points) for id, points in credited.items()]


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
