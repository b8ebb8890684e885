"""Orders against their events. Reads only.

The plain ones, to which nothing has happened since their checkout, are joined to it. The others, and plain ones that
differ, are told again event by event (`events.replay`).
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db.backends.utils import CursorWrapper
from msgspec import DecodeError

from events.orders import Line, lines_of
from events.replay import Step, replay
from loyalty.engine.types import Refused

from .checks import Found, Mismatch, mismatch, number

# Read and told together.
AT_ONCE = 5_000
TABLE = "events_transaction"
NAME = "transactions"
COLUMNS = (
    "status", "event_id", "total", "refunded", "earned", "taken_back", "burned", "given_back", "reserved",
    "fixed_points", "created_at", "checkout_at", "accepted_at",
)  # fmt: skip
# Of a line, what its events say; what it earned is a part of what the order earned.
LINE = (
    "product_id",
    "name",
    "category",
    "quantity",
    "subtotal",
    "refunded_quantity",
    "refunded",
    "accepted",
    "fixed_points",
)

_ORDER_OF_ITS_OWN = "action = 'checkout' AND parent_id IS NULL"
_LINE_OF_A_CHECKOUT = "action = 'checkout_item' AND parent_id IS NOT NULL"
_QUANTITY = f"coalesce({number('data', 'quantity')}, 1)"
_SUBTOTAL = (
    f"coalesce({number('data', 'subtotal')},"
    f" {number('data', 'price')} * {_QUANTITY} - coalesce({number('data', 'discount')}, 0))"
)


def _lines(product: str, quantity: str, subtotal: str) -> str:
    """How many lines, of how much of which products. A sum of another kind than these is told again."""
    of = f"hashtextextended(coalesce({product}, ''), 0)::numeric"
    return f"count(*) AS lines, sum({quantity} * {of}) AS quantities, sum({subtotal} * {of}) AS subtotals"


# The orders that are not as their checkout left them, or to which something else has happened.
_SUSPECTS = f"""
    SELECT coalesce(t.customer_id, e.customer_id), coalesce(t.transaction_id, e.transaction_id)
    FROM events_transaction t
    LEFT JOIN LATERAL (
        SELECT {_lines("line->>'product_id'", f"coalesce({number('line', 'quantity')}, 1)", f"coalesce({number('line', 'subtotal')}, 0)")}
        FROM jsonb_array_elements(CASE jsonb_typeof(t.items) WHEN 'array' THEN t.items END) line
    ) kept ON t.items <> '[]'
    FULL JOIN (
        SELECT e.*, {number("e.data", "total")} AS named, told.*
        FROM events_event e LEFT JOIN (
            SELECT customer_id AS of_customer, parent_id AS of_event, sum(points) AS by_lines, sum({_SUBTOTAL}) AS counted,
                {_lines("data->>'product_id'", _QUANTITY, _SUBTOTAL)}
            FROM events_event WHERE {_LINE_OF_A_CHECKOUT} GROUP BY customer_id, parent_id
        ) told ON told.of_customer = e.customer_id AND told.of_event = e.id
        WHERE {_ORDER_OF_ITS_OWN}
    ) e ON e.customer_id = t.customer_id AND e.id = t.event_id
    WHERE (t.transaction_id, t.status, t.total, t.refunded, t.earned, t.taken_back, t.burned, t.given_back, t.reserved,
            t.fixed_points, t.created_at, t.checkout_at, t.accepted_at, kept.lines, kept.quantities, kept.subtotals)
        IS DISTINCT FROM (e.transaction_id, 'accepted', coalesce(e.named, e.counted), 0, e.points + coalesce(e.by_lines, 0),
            0, 0, 0, 0, {number("e.data", "points_rewarded")}, e.recorded_at, e.occurred_at, e.occurred_at, e.lines, e.quantities, e.subtotals)
    UNION
    SELECT customer_id, transaction_id FROM events_event
    WHERE transaction_id IS NOT NULL AND NOT ({_ORDER_OF_ITS_OWN}) AND NOT ({_LINE_OF_A_CHECKOUT})
"""
_NAMED = "unnest(%(customers)s::bigint[], %(names)s::text[]) AS named(customer_id, transaction_id)"
_STEPS = f"""
    SELECT named.customer_id, named.transaction_id, e.id, e.action, e.data::text, e.points, e.parent_id, e.occurred_at,
        e.recorded_at, coalesce(entry.taken_back, 0), coalesce(entry.promised, 0)
    FROM {_NAMED} JOIN events_event e USING (customer_id, transaction_id)
    LEFT JOIN (
        SELECT customer_id, event_id, -coalesce(sum(points) FILTER (WHERE kind = 'refund'), 0)::bigint AS taken_back,
            coalesce(sum(points) FILTER (WHERE kind = 'pending'), 0)::bigint AS promised
        FROM points_entry WHERE customer_id = ANY(%(customers)s) AND kind IN ('refund', 'pending')
        GROUP BY customer_id, event_id
    ) entry ON entry.customer_id = e.customer_id AND entry.event_id = e.id
    ORDER BY named.customer_id, named.transaction_id, e.id
"""
_STORED = f"""
    SELECT named.customer_id, named.transaction_id, t.id, t.items::text, {", ".join(f"t.{name}" for name in COLUMNS)}
    FROM {_NAMED} LEFT JOIN events_transaction t USING (customer_id, transaction_id)
"""


class OrderCheck:
    """Every order, by its transaction: `Check` of the projection `events_transaction`."""

    name = NAME

    def run(self, cursor: CursorWrapper, limit: int) -> Found:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        [(compared,)] = cursor.fetchall()
        cursor.execute(_SUSPECTS)
        suspects = iter(sorted(cursor.fetchall()))
        found, first = 0, list[Mismatch]()
        while chunk := list(islice(suspects, AT_ONCE)):
            for wrong in _differing(cursor, chunk):
                found += 1
                first += [wrong] if len(first) < limit else []
        return Found(compared, found, first)


def _differing(cursor: CursorWrapper, orders: Sequence[tuple[int, str]]) -> Iterator[Mismatch]:
    named: dict[str, Any] = {"customers": [customer for customer, _ in orders], "names": [name for _, name in orders]}
    cursor.execute(_STEPS, named)
    rows = cursor.fetchall()
    steps = {order: [_step(row[2:]) for row in found] for order, found in groupby(rows, itemgetter(0, 1))}
    cursor.execute(_STORED, named)
    for customer_id, name, id, items, *columns in cursor.fetchall():
        stored = dict(zip(COLUMNS, columns, strict=True))
        told = _told(steps.get((customer_id, name), []), stored)
        stored |= {"items": None if id is None else _kept(items)}
        if stored != told:
            yield mismatch(NAME, TABLE, (customer_id, id or f"none of event {told['event_id']}"), stored, told)


def _step(row: Sequence[Any]) -> Step:
    id, action, data, *rest = row
    return Step(id, action, json.loads(data, parse_float=Decimal), *rest)


def _told(steps: Sequence[Step], stored: dict[str, Any]) -> dict[str, Any]:
    """The columns that the events say; all NULL where there are none, or none that can be read."""
    try:
        order = replay(steps, at_once=stored["status"] is None or stored["accepted_at"] is not None)
    except (Refused, StopIteration):
        order = None
    if order is None or not steps:
        return dict.fromkeys([*COLUMNS, "items"])
    return {**{name: getattr(order, name) for name in COLUMNS}, "items": [_line(line) for line in order.items]}


def _kept(items: str) -> object:
    try:
        return [_line(line) for line in lines_of(items)]
    except DecodeError:
        return items


def _line(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE}
