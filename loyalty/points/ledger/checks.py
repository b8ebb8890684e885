"""What the ledger keeps about the past, and how each of it comes about: docs/verify.md lists what is compared."""

from events.orders.replay.checks import LINES
from loyalty.points.actions import GIVING_BACK, SPENDING
from loyalty.points.enums import BUCKETS
from loyalty.verify.checks import Checks, Piece
from loyalty.verify.projections import Projection
from loyalty.verify.weights import mark, number, weight

_COLUMNS = ("earned", "spent", "expired", "reserved", "pending", "debt")
# Pending points are outside of the lots and no debt.
OWED = "lot_id IS NULL AND kind <> 'pending'"


def _kinds(bucket: str) -> tuple[str, str]:
    """Those that move the bucket, as SQL, and the sign."""
    signs = {kind: entry[1] for kind, entry in BUCKETS.items() if entry and entry[0] == bucket}
    [sign] = set(signs.values())
    return ", ".join(f"'{kind.value}'" for kind in signs), "-" if sign < 0 else ""


def _sum_of(bucket: str) -> str:
    kinds, sign = _kinds(bucket)
    return f"{sign}coalesce(sum(points) FILTER (WHERE kind IN ({kinds})), 0)::bigint AS {bucket}"


def _in_balance(column: str) -> str:
    return weight(_COLUMNS.index(column), "customer_id", "account_id")


def _moved(bucket: str) -> str:
    kinds, sign = _kinds(bucket)
    return f"WHEN kind IN ({kinds}) THEN {sign}{_in_balance(bucket)}"


# Every customer has a balance in the default account from the start.
_DEFAULT = "(SELECT id FROM points_account WHERE is_default)"
BALANCES = Projection(
    name="balances",
    table="points_balance",
    key=("customer_id", "account_id"),
    columns=dict.fromkeys(_COLUMNS, "0"),
    recomputed=f"""
        SELECT customer_id, account_id, {", ".join(map(_sum_of, _COLUMNS[:-1]))},
            -coalesce(sum(points) FILTER (WHERE {OWED}), 0)::bigint AS debt
        FROM (
            SELECT customer_id, account_id, kind, points, lot_id FROM {{entries}}
            UNION ALL SELECT id, {_DEFAULT}, 'earn', 0, 0 FROM customers_customer
        ) moved WHERE account_id IS NOT NULL {{of}} GROUP BY customer_id, account_id
    """,
    weighed=f"""
        {" + ".join(f"CASE WHEN {name} <> 0 THEN {name} * {_in_balance(name)} ELSE 0 END" for name in _COLUMNS)}
        + CASE WHEN account_id = {_DEFAULT} THEN {mark(6, "customer_id")} ELSE 0 END
    """,
    history=(
        Piece(
            "points_entry",
            f"""
            points * (CASE {" ".join(map(_moved, _COLUMNS[:-1]))} ELSE 0 END
                - CASE WHEN {OWED} THEN {_in_balance("debt")} ELSE 0 END)
            """,
        ),
        Piece("customers_customer", mark(6, "id"), "id"),
    ),
)

# With the balances right, this makes a customer's lots hold what is spendable: both are sums of the same entries.
_LOT = ("customer_id", "id", "account_id")
_ENTRY = ("customer_id", "lot_id", "account_id")
LOTS = Projection(
    name="lots",
    table="points_lot",
    key=("customer_id", "id"),
    columns={"event_id": "NULL", "account_id": "NULL", "points": "0", "remaining": "0", "expired": "0"},
    recomputed="""
        SELECT customer_id, lot_id AS id, min(event_id) FILTER (WHERE kind = 'earn') AS event_id,
            CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
            coalesce(sum(points) FILTER (WHERE kind = 'earn'), 0)::bigint AS points, sum(points)::bigint AS remaining,
            -coalesce(sum(points) FILTER (WHERE kind = 'expire'), 0)::bigint AS expired
        FROM {entries} WHERE lot_id IS NOT NULL {of} GROUP BY customer_id, lot_id
    """,
    weighed=f"""
        {mark(0, *_LOT, "event_id", "points")} + remaining * {weight(1, *_LOT)}
        + CASE WHEN expired <> 0 THEN expired * {weight(2, *_LOT)} ELSE 0 END
    """,
    history=(
        Piece(
            "points_entry",
            f"""
            CASE WHEN lot_id IS NOT NULL THEN points * {weight(1, *_ENTRY)} + CASE kind
                WHEN 'earn' THEN {mark(0, *_ENTRY, "event_id", "points")}
                WHEN 'expire' THEN -points * {weight(2, *_ENTRY)} ELSE 0 END END
            """,
        ),
    ),
    # Of a merged-away profile nothing remains, and the rest is what it was at the merge.
    stays=True,
)

_EVENT = ("customer_id", "event_id", "account_id")
# By the event that promised them, and by the one that settled them: an entry names no more.
PENDING = Projection(
    name="pending",
    table="points_pending",
    key=_EVENT,
    columns={"promised": "0", "settled": "0"},
    stored="""
        SELECT customer_id, event_id, account_id, sum(promised)::bigint AS promised, sum(settled)::bigint AS settled
        FROM (
            SELECT customer_id, event_id, account_id, points AS promised, 0 AS settled FROM points_pending
            UNION ALL
            SELECT customer_id, settled_by, account_id, 0, points FROM points_pending WHERE settled_by IS NOT NULL
        ) pending WHERE true {of} GROUP BY customer_id, event_id, account_id
    """,
    recomputed="""
        SELECT customer_id, event_id, account_id, coalesce(sum(points) FILTER (WHERE points > 0), 0)::bigint AS promised,
            -coalesce(sum(points) FILTER (WHERE points < 0), 0)::bigint AS settled
        FROM {entries} WHERE kind = 'pending' {of} GROUP BY customer_id, event_id, account_id
    """,
    weighed=f"""
        points * ({weight(0, *_EVENT)} + CASE WHEN settled_by IS NULL THEN 0
            ELSE {weight(1, "customer_id", "settled_by", "account_id")} END)
    """,
    history=(
        Piece(
            "points_entry",
            f"""
            CASE kind WHEN 'pending' THEN abs(points)
                * CASE WHEN points > 0 THEN {weight(0, *_EVENT)} ELSE {weight(1, *_EVENT)} END END
            """,
        ),
    ),
)

# A merge moves points from one profile to the other: for whoever owns both, nothing has changed.
EVENTS = Projection(
    name="events",
    table="events_event",
    key=("customer_id", "id"),
    columns={"points": "0"},
    recomputed="""
        SELECT customer_id, event_id AS id, sum(points)::bigint AS points
        FROM {entries} WHERE kind NOT IN ('pending', 'move') {of} GROUP BY customer_id, event_id
    """,
    weighed=f"CASE WHEN points <> 0 THEN points * {weight(0, 'customer_id', 'id')} ELSE 0 END",
    history=(
        Piece(
            "points_entry",
            f"CASE WHEN kind NOT IN ('pending', 'move') THEN points * {weight(0, 'customer_id', 'event_id')} END",
        ),
    ),
    of_families=False,
)


def _listed(actions: frozenset[str]) -> str:
    return ", ".join(f"'{action}'" for action in sorted(actions))


_TOTALS = {
    "purchase_total": "0",
    "purchase_count": "0",
    "purchase_item_count": "0",
    "purchase_first_date": "NULL",
    "purchase_last_date": "NULL",
    "last_earn_date": "NULL",
    "last_spend_date": "NULL",
}
# Of an order that counts: those that are rejected or refunded as a whole count as nothing bought.
_BOUGHT = "CASE WHEN status = 'accepted' THEN total - refunded ELSE 0 END"
_LINES = "jsonb_array_elements(CASE WHEN status = 'accepted' AND jsonb_typeof(items) = 'array' THEN items END) line"
_ITEMS = f"coalesce({number('line', 'quantity')}, 1) - coalesce({number('line', 'refunded_quantity')}, 0)"
_BOUGHT_AT = """
    SELECT customer_id, min(checkout_at) AS purchase_first_date, max(checkout_at) AS purchase_last_date
    FROM events_transaction WHERE accepted_at IS NOT NULL {of} GROUP BY customer_id
"""
_MOVED_AT = f"""
    SELECT customer_id,
        max(occurred_at) FILTER (WHERE points > 0 AND action NOT IN ({_listed(GIVING_BACK)})) AS last_earn_date,
        max(occurred_at) FILTER (WHERE action IN ({_listed(SPENDING)})) AS last_spend_date
    FROM {{events}} WHERE points <> 0 {{of}} GROUP BY customer_id
"""
_RECOMPUTED_TOTALS = f"""
    SELECT customer_id, sum(bought) AS purchase_total, sum(number) AS purchase_count, sum(items) AS purchase_item_count
    FROM (
        SELECT customer_id, {_BOUGHT} AS bought, 1 AS number, 0 AS items
        FROM events_transaction WHERE accepted_at IS NOT NULL {{of}}
        UNION ALL
        SELECT customer_id, 0, 0, {_ITEMS} FROM events_transaction, {_LINES} WHERE accepted_at IS NOT NULL {{of}}
    ) bought GROUP BY customer_id
"""


def _dates(place: int, customer: str, *names: str) -> str:
    """Who has none of them weighs nothing."""
    known = [f"coalesce({name}, '-infinity')::timestamptz" for name in names]
    return f"CASE WHEN ({', '.join(names)}) IS NULL THEN 0 ELSE {mark(place, customer, *known)} END"


def _bought_at(customer: str) -> str:
    return _dates(3, customer, "purchase_first_date", "purchase_last_date")


def _moved_at(customer: str) -> str:
    return _dates(4, customer, "last_earn_date", "last_spend_date")


def _count(place: int, of: str, customer: str = "customer_id") -> str:
    return f"({of})::bigint * {weight(place, customer)}"


# From the orders, which are compared with the events, and from the points of events, which are compared with entries.
TOTALS = Projection(
    name="totals",
    table="customers_customer",
    key=("id",),
    columns=_TOTALS,
    stored=f"""
        SELECT id, {", ".join(_TOTALS)} FROM (SELECT *, id AS customer_id FROM customers_customer) customer
        WHERE true {{of}}
    """,
    recomputed=f"""
        SELECT customer_id AS id, {", ".join(_TOTALS)} FROM ({_RECOMPUTED_TOTALS}) bought
        FULL JOIN ({_BOUGHT_AT}) bought_at USING (customer_id) FULL JOIN ({_MOVED_AT}) moved_at USING (customer_id)
    """,
    weighed=f"""
        {_count(0, "purchase_total * 10000", "id")} + {_count(1, "purchase_count", "id")}
        + {_count(2, "purchase_item_count * 1000", "id")} + {_bought_at("id")} + {_moved_at("id")}
    """,
    history=(
        Piece(f"({_MOVED_AT.format(of='', events='events_event')}) moved_at", _moved_at("customer_id")),
        Piece(f"({_BOUGHT_AT.format(of='')}) bought_at", _bought_at("customer_id")),
        Piece(
            "events_transaction",
            f"CASE WHEN accepted_at IS NOT NULL THEN {_count(0, f'({_BOUGHT}) * 10000')} + {_count(1, '1')} END",
        ),
        Piece(
            LINES,
            f"CASE WHEN status = 'accepted' AND accepted_at IS NOT NULL THEN {_count(2, f'({_ITEMS}) * 1000')} END",
        ),
    ),
)

CHECKS = Checks((TOTALS, EVENTS, LOTS, BALANCES, PENDING))
