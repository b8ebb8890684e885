"""Orders against their events. Reads only.

Orders to which nothing has happened since their checkout are weighed against it, as all projections are. The others,
and those of blocks that weigh something, are told again event by event (`events.orders.replay`).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.backends.utils import CursorWrapper
from msgspec import DecodeError
from msgspec.structs import asdict, replace

from events.orders.rows import lines_of
from loyalty.refusals import Refused
from loyalty.verify.checks import Apart, Found, Mismatch, Piece, Weighed, mismatch
from loyalty.verify.families import Families
from loyalty.verify.weights import mark, members, number, weigh_blocks, weight

from .steps import Step, replay

# Read and told together.
AT_ONCE = 5_000
TABLE = "events_transaction"
NAME = "transactions"
COLUMNS = (
    "status", "event_id", "total", "refunded", "earned", "taken_back", "burned", "given_back", "reserved",
    "fixed_points", "created_at", "checkout_at", "accepted_at",
)  # fmt: skip
STATUS, EVENT, ACCEPTED_AT = (COLUMNS.index(name) for name in ("status", "event_id", "accepted_at"))
_values = attrgetter(*COLUMNS)
# As the engine rounds what machines have made.
_QUANTITY = f"coalesce(round({number('data', 'quantity')}, 3), 1)"


def _money(attribute: str) -> str:
    return f"round({number('data', attribute)}, 4)"


_SUBTOTAL = (
    f"coalesce({_money('subtotal')},"
    f" round({_money('price')} * {_QUANTITY} - coalesce({_money('discount')}, 0), 4), -1e13)"
)
# What it is as long as nothing but its checkout has happened to it.
_PLAIN = """
    (status, refunded, taken_back, burned, given_back, reserved, accepted_at) = ('accepted', 0, 0, 0, 0, 0, checkout_at)
"""


def _lines_of(orders: str) -> str:
    return (
        f"{orders} JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(items) WHEN 'array' THEN items END) line"
        " ON items <> '[]'"
    )


LINES = _lines_of(TABLE)


def _weights(orders: str, events: str) -> tuple[Piece, ...]:
    """What checkouts and their lines weigh less the orders: nothing, if all are as their checkouts left them."""
    order = ("customer_id", "transaction_id::text")
    earned = weight(0, *order)
    fixed = f"coalesce({number('data', 'points_rewarded')}, -1)::bigint"
    total = f"coalesce({_money('total')}, -1)::numeric"
    told = mark(1, *order, "id", total, fixed, "recorded_at::timestamptz", "occurred_at::timestamptz")
    own = ["event_id", "total::numeric", "coalesce(fixed_points, -1)", "created_at::timestamptz"]
    stored = mark(1, *order, *own, "checkout_at::timestamptz")
    line = [
        f"coalesce({number('line', name)}, {absent})::numeric" for name, absent in (("quantity", 1), ("subtotal", 0))
    ]
    name = "concat({0}->>'product_id', '#', {0}->>'line_id')::text"
    stored_line = mark(2, *order, name.format("line"), *line)
    told_line = mark(2, *order, name.format("data"), f"{_QUANTITY}::numeric", f"{_SUBTOTAL}::numeric")
    return (
        Piece(orders, f"-earned * {earned} - CASE WHEN {_PLAIN} THEN {stored} ELSE 0 END"),
        Piece(
            events,
            f"""
            CASE WHEN transaction_id IS NOT NULL THEN CASE action
                WHEN 'checkout' THEN points * {earned} + {told}
                WHEN 'checkout_item' THEN CASE WHEN points <> 0 THEN points * {earned} ELSE 0 END + {told_line} END END
            """,
        ),
        Piece(_lines_of(orders), f"-{stored_line}"),
    )


# Of these the checkout alone does not tell.
_EVENTFUL = """
    SELECT customer_id, transaction_id FROM events_event
    WHERE transaction_id IS NOT NULL AND CASE action WHEN 'checkout' THEN coalesce(data->>'total', '') = ''
        WHEN 'checkout_item' THEN parent_id IS NULL ELSE true END
    UNION SELECT customer_id, transaction_id FROM events_transaction WHERE status <> 'accepted'
"""
_ORDERS = """
    SELECT customer_id, transaction_id FROM events_event WHERE {of} AND transaction_id IS NOT NULL
    UNION SELECT customer_id, transaction_id FROM events_transaction WHERE {of}
"""
# Of families: the orders are the survivor's, and their events may be any profile's.
_ORDERS_OF_FAMILIES = """
    SELECT owner, transaction_id FROM unnest(%(customers)s::bigint[], %(profiles)s::bigint[]) AS kin(owner, profile)
    JOIN events_event ON customer_id = profile WHERE transaction_id IS NOT NULL
    UNION SELECT customer_id, transaction_id FROM events_transaction WHERE customer_id = ANY(%(customers)s)
"""
_NAMED = "unnest(%(customers)s::bigint[], %(names)s::text[]) AS named(customer_id, transaction_id)"
_STEPS = f"""
    SELECT named.customer_id, named.transaction_id, e.id, e.action, e.data::text, e.points, e.parent_id,
        e.occurred_at::text, e.recorded_at::text, coalesce(entry.taken_back, 0), coalesce(entry.promised, 0)
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
    SELECT named.customer_id, named.transaction_id, t.id, t.items::text, {", ".join(f"t.{name}{'::text' * name.endswith('_at')}" for name in COLUMNS)}
    FROM {_NAMED} LEFT JOIN events_transaction t USING (customer_id, transaction_id)
"""
_WEIGHTS = _weights(TABLE, "events_event")
_WEIGHTS_OF_NAMED = _weights(
    f"(SELECT t.* FROM {_NAMED} JOIN {TABLE} t USING (customer_id, transaction_id)) stored",
    f"(SELECT e.* FROM {_NAMED} JOIN events_event e USING (customer_id, transaction_id)) told",
)
Names = Sequence[tuple[int, str]]


class OrderCheck:
    """Every order: `Check` of the projection `events_transaction`."""

    name = NAME
    pieces = _WEIGHTS

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        """The orders that their checkouts alone do not tell, and those of families; of erased customers none is told."""
        number, first, blocks = 0, list[Mismatch](), defaultdict[int, Decimal](Decimal)
        whole = families.customers | families.erased
        cursor.execute(_EVENTFUL)
        eventful = [order for order in cursor.fetchall() if order[0] not in whole]
        for names in _chunks(eventful):
            wrong = _differing(cursor, names)
            number, first = number + len(wrong), (first + wrong)[:limit]
            for block, left in (weigh_blocks(cursor, _WEIGHTS_OF_NAMED, seed=seed, **_columns(names)) or {}).items():
                blocks[block] += left
        if whole:
            for names in _chunks(_orders_of_families(cursor, families)):
                wrong = _differing(cursor, names, families.profiles)
                number, first = number + len(wrong), (first + wrong)[:limit]
            for block, left in (weigh_blocks(cursor, _WEIGHTS, seed=seed, only=whole) or {}).items():
                blocks[block] += left
        return Apart(blocks, frozenset(eventful), whole, number, first)

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        number, first = apart.number, [*apart.mismatches]
        if weighed.left != apart.left:
            blocks = weigh_blocks(cursor, _WEIGHTS, seed=weighed.seed)
            suspects = _orders_of(cursor, blocks and [one for one in blocks if blocks[one] != apart.blocks.get(one, 0)])
            told = {order for order in suspects.difference(apart.rows) if order[0] not in apart.customers}
            for names in _chunks(sorted(told)):
                wrong = _differing(cursor, names)
                number, first = number + len(wrong), (first + wrong)[:limit]
        return Found(weighed.compared, number, first)


def _orders_of_families(cursor: CursorWrapper, families: Families) -> list[tuple[int, str]]:
    """Of those who are alive and not erased."""
    alive = families.profiles.keys() - families.survivors.keys() - families.erased
    pairs = [(owner, profile) for owner in alive for profile in families.profiles[owner]]
    customers, profiles = ([pair[place] for pair in pairs] for place in (0, 1))
    cursor.execute(_ORDERS_OF_FAMILIES, {"customers": customers, "profiles": profiles})
    return sorted(cursor.fetchall())


def _orders_of(cursor: CursorWrapper, blocks: Iterable[int] | None) -> set[tuple[int, str]]:
    """Of the customers of these blocks; None: of all."""
    of = "true" if blocks is None else "customer_id = ANY(%(customers)s)"
    cursor.execute(_ORDERS.format(of=of), {"customers": members(blocks or ())})
    return set(cursor.fetchall())


def _chunks(names: Names) -> Iterator[Names]:
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))


def _columns(names: Names) -> dict[str, list[Any]]:
    return {"customers": [customer for customer, _ in names], "names": [name for _, name in names]}


def _differing(cursor: CursorWrapper, names: Names, profiles: Mapping[int, Sequence[int]] = {}) -> list[Mismatch]:
    """Of these orders, those that are not what their events tell. `profiles`: of those customers who have several."""
    cursor.execute(_STEPS, _columns([(one, name) for owner, name in names for one in profiles.get(owner, (owner,))]))
    owners = {profile: owner for owner, _ in names for profile in profiles.get(owner, ())}
    steps = defaultdict[tuple[int, str], list[Step]](list)
    for row in cursor.fetchall():
        steps[owners.get(row[0], row[0]), row[1]].append(_step(row[2:]))
    for found in steps.values() if owners else ():
        found.sort(key=attrgetter("id"))
    cursor.execute(_STORED, _columns(names))
    wrong = []
    for customer_id, name, id, items, *columns in cursor.fetchall():
        stored = [*columns, None if id is None else _kept(items)]
        told = _told(steps.get((customer_id, name), []), stored)
        if stored != told:
            key = (customer_id, id or f"none of event {told[EVENT]}")
            wrong.append(mismatch(NAME, TABLE, key, _named(stored), _named(told)))
    return wrong


# Made once: it takes as long as reading an event.
_decode = json.JSONDecoder(parse_float=Decimal).decode


def _step(row: Sequence[Any]) -> Step:
    id, action, data, *rest = row
    return Step(id, action, _decode(data), *rest)


def _told(steps: Sequence[Step], stored: Sequence[Any]) -> list[Any]:
    """The columns that the events say; all NULL where there are none, or none that can be read."""
    try:
        order = replay(steps, at_once=stored[STATUS] is None or stored[ACCEPTED_AT] is not None) if steps else None
    except (Refused, StopIteration):
        order = None
    return [None] * (len(COLUMNS) + 1) if order is None else [*_values(order), order.items]


def _kept(items: str) -> object:
    """The lines without what they earned, which is a part of what the order earned."""
    try:
        return [replace(line, earned=0, lot=None) for line in lines_of(items)]
    except DecodeError:
        return items


def _named(columns: Sequence[Any]) -> dict[str, Any]:
    *columns, items = columns
    lines = [asdict(line) for line in items] if isinstance(items, list) else items
    return {**dict(zip(COLUMNS, columns, strict=True)), "items": lines}
