"""Data health: every projection against what the events and entries say, as a list of checks. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from .enums import EntryKind

# Which bucket of a balance each kind of entry moves, and which way. A repayment moves points from a lot to the debt.
BUCKETS: Mapping[EntryKind, tuple[str, int] | None] = {
    EntryKind.EARN: ("earned", 1),
    EntryKind.DEDUCT: ("earned", 1),
    EntryKind.SPEND: ("spent", -1),
    EntryKind.UNSPEND: ("spent", -1),
    EntryKind.REPAY: None,
}
# One state of the database for all statements: what is recorded meanwhile raises no false alarm.
SNAPSHOT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL work_mem = '128MB'",
)


@dataclass(frozen=True)
class Check:
    """A projection and how it comes about. `columns` maps each to its value where the recomputation has no row."""

    name: str
    table: str
    # The customer first.
    key: tuple[str, ...]
    columns: Mapping[str, str]
    # A SELECT of the key and the columns, from events and entries only.
    recomputed: str

    @property
    def counting(self) -> str:
        return f"SELECT count(*) FROM {self.table}"

    @property
    def comparing(self) -> str:
        """The rows that differ: key, what is stored, what was recomputed, and how many such rows there are."""
        stored = [f"stored.{name}" for name in self.columns]
        recomputed = [f"coalesce(recomputed.{name}, {absent})" for name, absent in self.columns.items()]
        return f"""
            SELECT {", ".join([*self.key, *stored, *recomputed])}, count(*) OVER ()
            FROM (SELECT {", ".join([*self.key, *self.columns])} FROM {self.table}) stored
            FULL JOIN ({self.recomputed}) recomputed USING ({", ".join(self.key)})
            WHERE ({", ".join(stored)}) IS DISTINCT FROM ({", ".join(recomputed)})
            ORDER BY {", ".join(self.key)} LIMIT %s
        """


@dataclass(frozen=True)
class Mismatch:
    """A stored row that is not what its history says; of its columns, those that differ."""

    check: str
    customer_id: int
    row: str
    stored: dict[str, Any]
    recomputed: dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """`compared`: rows per check. `found`: how many rows differ; `mismatches` are the first of each check."""

    compared: dict[str, int]
    found: int
    mismatches: list[Mismatch]


def _sum_of(bucket: str) -> str:
    """The entries' part in a bucket of the balance."""
    signs = {kind: entry[1] for kind, entry in BUCKETS.items() if entry and entry[0] == bucket}
    if not signs:
        return "0"
    [sign] = set(signs.values())
    kinds = ", ".join(f"'{kind.value}'" for kind in signs)
    return f"coalesce(sum(points) FILTER (WHERE kind IN ({kinds})), 0)::bigint * {sign}"


# Nothing reserves points or keeps them pending yet. Every customer has the default account from the start.
BALANCES = Check(
    name="balances",
    table="points_balance",
    key=("customer_id", "account_id"),
    columns=dict.fromkeys(["earned", "spent", "expired", "reserved", "pending", "debt"], "0"),
    recomputed=f"""
        SELECT customer_id, account_id, {_sum_of("earned")} AS earned, {_sum_of("spent")} AS spent,
            {_sum_of("expired")} AS expired, 0 AS reserved, 0 AS pending,
            -coalesce(sum(points) FILTER (WHERE is_debt), 0)::bigint AS debt
        FROM (
            SELECT customer_id, account_id, kind, points, lot_id IS NULL AS is_debt FROM points_entry
            UNION ALL
            SELECT c.id, a.id, 'earn', 0, false FROM customers_customer c CROSS JOIN points_account a WHERE a.is_default
        ) moved
        GROUP BY customer_id, account_id
    """,
)

# With the balances right, this makes a customer's lots hold what is spendable: both are sums of the same entries.
LOTS = Check(
    name="lots",
    table="points_lot",
    key=("customer_id", "id"),
    columns={"event_id": "NULL", "account_id": "NULL", "points": "0", "remaining": "0"},
    recomputed="""
        SELECT customer_id, lot_id AS id, min(event_id) FILTER (WHERE kind = 'earn') AS event_id,
            CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
            coalesce(sum(points) FILTER (WHERE kind = 'earn'), 0)::bigint AS points, sum(points)::bigint AS remaining
        FROM points_entry WHERE lot_id IS NOT NULL GROUP BY customer_id, lot_id
    """,
)

EVENTS = Check(
    name="events",
    table="events_event",
    key=("customer_id", "id"),
    columns={"points": "0"},
    recomputed="""
        SELECT customer_id, event_id AS id, sum(points)::bigint AS points
        FROM points_entry GROUP BY customer_id, event_id
    """,
)


def _number(alias: str, name: str) -> str:
    """The attribute as a number, as `loyalty.engine.values` reads it; NULL if it is none."""
    attribute, text = f"{alias}.data->'{name}'", f"replace({alias}.data->>'{name}', '_', '')"
    is_number = r"'^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?\s*$'"
    return (
        f"CASE jsonb_typeof({attribute}) WHEN 'number' THEN ({attribute})::numeric"
        f" WHEN 'string' THEN CASE WHEN {text} ~ {is_number} THEN ({text})::numeric END END"
    )


def _line_total(alias: str) -> str:
    quantity, discount = f"coalesce({_number(alias, 'quantity')}, 1)", f"coalesce({_number(alias, 'discount')}, 0)"
    return f"coalesce({_number(alias, 'subtotal')}, {_number(alias, 'price')} * {quantity} - {discount})"


# An order that names no total costs what its lines cost.
PURCHASES = Check(
    name="purchases",
    table="customers_customer",
    key=("id",),
    columns={
        **dict.fromkeys(["purchase_total", "purchase_count", "purchase_item_count"], "0"),
        **dict.fromkeys(["purchase_first_date", "purchase_last_date"], "NULL"),
    },
    recomputed=f"""
        SELECT orders.customer_id AS id, coalesce(named, 0) + coalesce(counted, 0) AS purchase_total,
            purchase_count, coalesce(purchase_item_count, 0) AS purchase_item_count, purchase_first_date, purchase_last_date
        FROM (
            SELECT e.customer_id, sum({_number("e", "total")}) FILTER (WHERE e.action = 'checkout') AS named,
                count(*) FILTER (WHERE e.action = 'checkout') AS purchase_count,
                sum(coalesce({_number("e", "quantity")}, 1)) FILTER (WHERE e.action <> 'checkout') AS purchase_item_count,
                min(e.occurred_at) FILTER (WHERE e.action = 'checkout') AS purchase_first_date,
                max(e.occurred_at) FILTER (WHERE e.action = 'checkout') AS purchase_last_date
            FROM events_event e WHERE e.action IN ('checkout', 'checkout_item') GROUP BY e.customer_id
        ) orders
        LEFT JOIN (
            SELECT item.customer_id, sum({_line_total("item")}) AS counted
            FROM events_event e JOIN events_event item
                ON item.customer_id = e.customer_id AND item.parent_id = e.id AND item.action = 'checkout_item'
            WHERE e.action = 'checkout' AND coalesce(e.data->>'total', '') = '' GROUP BY item.customer_id
        ) without_total USING (customer_id)
    """,
)

LAST_DATES = Check(
    name="last dates",
    table="customers_customer",
    key=("id",),
    columns={"last_earn_date": "NULL", "last_spend_date": "NULL"},
    recomputed="""
        SELECT n.customer_id AS id, max(e.occurred_at) FILTER (WHERE n.kind = 'earn') AS last_earn_date,
            max(e.occurred_at) FILTER (WHERE n.kind = 'spend') AS last_spend_date
        FROM points_entry n JOIN events_event e ON e.customer_id = n.customer_id AND e.id = n.event_id
        WHERE n.kind IN ('earn', 'spend') GROUP BY n.customer_id
    """,
)

CHECKS = (BALANCES, LOTS, EVENTS, PURCHASES, LAST_DATES)


def verify(checks: Iterable[Check] = CHECKS, *, limit: int) -> Findings:
    """Recompute everything in a read-only transaction of its own; of the rows that differ, `limit` are listed."""
    compared, found, mismatches = {}, 0, list[Mismatch]()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for statement in SNAPSHOT:
            cursor.execute(statement)
        for check in checks:
            cursor.execute(check.counting)
            [(compared[check.name],)] = cursor.fetchall()
            cursor.execute(check.comparing, [limit])
            rows = cursor.fetchall()
            found += rows[0][-1] if rows else 0
            mismatches += [_mismatch(check, row) for row in rows]
    return Findings(compared, found, mismatches[:limit])


def _mismatch(check: Check, row: tuple[Any, ...]) -> Mismatch:
    keys, columns = len(check.key), len(check.columns)
    key, stored, recomputed = row[:keys], row[keys : keys + columns], row[keys + columns : -1]
    differing = [
        (name, old, new) for name, old, new in zip(check.columns, stored, recomputed, strict=True) if old != new
    ]
    return Mismatch(
        check=check.name,
        customer_id=key[0],
        row=f"{check.table} ({', '.join(map(str, key))})",
        stored={name: old for name, old, _ in differing},
        recomputed={name: new for name, _, new in differing},
    )
