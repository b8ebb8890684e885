"""Data health: every projection against what the events and entries say, as a list of checks. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from .enums import EntryKind

# Which bucket of a balance each kind of entry moves, and which way. A repayment moves points from a lot to the debt.
BUCKETS: Mapping[EntryKind, tuple[str, int] | None] = {
    EntryKind.EARN: ("earned", 1),
    EntryKind.DEDUCT: ("earned", 1),
    EntryKind.SPEND: ("spent", -1),
    EntryKind.UNSPEND: ("spent", -1),
    EntryKind.REPAY: None,
    EntryKind.EXPIRE: ("expired", -1),
    EntryKind.REFUND: ("earned", 1),
    EntryKind.RESERVE: ("reserved", -1),
    EntryKind.RELEASE: ("reserved", -1),
    EntryKind.PENDING: ("pending", 1),
}
# Pending points are outside of the lots and no debt.
OWED = "lot_id IS NULL AND kind <> 'pending'"
# One state of the database for all statements: what is recorded meanwhile raises no false alarm.
SNAPSHOT = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL work_mem = '256MB'",
    # With nearly as many groups as rows, workers would hand on every row, and all of it would be grouped twice.
    "SET LOCAL max_parallel_workers_per_gather = 0",
)


@dataclass(frozen=True)
class Check:
    """A projection and how it comes about. `columns` maps each to its value where the recomputation has no row."""

    name: str
    table: str
    # The customer first.
    key: tuple[str, ...]
    columns: Mapping[str, str]
    # A SELECT of the key and the columns, from events and entries only; `{of}` narrows it to some customers.
    recomputed: str
    # A quicker way to the rows that differ: a SELECT of their key. Without it all rows are joined.
    finding: str = ""

    @property
    def counting(self) -> str:
        return f"SELECT count(*) FROM {self.table}"

    @property
    def suspecting(self) -> str:
        """Whose rows differ, and how many such rows there are."""
        return f"SELECT {self.key[0]}, count(*) OVER () FROM ({self.finding}) differing ORDER BY 1 LIMIT %s"

    def comparing(self, *, some: bool) -> str:
        """The rows that differ: key, what is stored, what was recomputed, and how many such rows there are."""
        stored = [f"stored.{name}" for name in self.columns]
        recomputed = [f"coalesce(recomputed.{name}, {absent})" for name, absent in self.columns.items()]
        of = "AND customer_id = ANY(%(customers)s)" if some else ""
        return f"""
            SELECT {", ".join([*self.key, *stored, *recomputed])}, count(*) OVER ()
            FROM (SELECT {", ".join([*self.key, *self.columns])} FROM {self.table} WHERE true {of}) stored
            FULL JOIN ({self.recomputed.replace("{of}", of)}) recomputed USING ({", ".join(self.key)})
            WHERE ({", ".join(stored)}) IS DISTINCT FROM ({", ".join(recomputed)})
            ORDER BY {", ".join(self.key)} LIMIT %(limit)s
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


_BALANCES = f"""
    SELECT customer_id, account_id, {_sum_of("earned")} AS earned, {_sum_of("spent")} AS spent,
        {_sum_of("expired")} AS expired, {_sum_of("reserved")} AS reserved, {_sum_of("pending")} AS pending,
        -coalesce(sum(points) FILTER (WHERE {OWED}), 0)::bigint AS debt
    FROM {{entries}} WHERE true {{of}} GROUP BY customer_id, account_id
"""

BALANCES = Check(
    name="balances",
    table="points_balance",
    key=("customer_id", "account_id"),
    columns=dict.fromkeys(["earned", "spent", "expired", "reserved", "pending", "debt"], "0"),
    recomputed=_BALANCES.replace("{entries}", "points_entry"),
)

# Every customer has a balance in the default account from the start.
_WITH_DEFAULT_ACCOUNT = """(
    SELECT customer_id, account_id, kind, points, lot_id FROM points_entry
    UNION ALL SELECT c.id, a.id, 'earn', 0, 0 FROM customers_customer c CROSS JOIN points_account a WHERE a.is_default
) moved"""
ACCOUNTS = replace(
    BALANCES,
    name="accounts",
    recomputed=_BALANCES.replace("{entries}", _WITH_DEFAULT_ACCOUNT),
    finding="""
        SELECT c.id AS customer_id FROM customers_customer c LEFT JOIN (
            SELECT b.customer_id FROM points_balance b JOIN points_account a ON a.id = b.account_id WHERE a.is_default
        ) opened ON opened.customer_id = c.id
        WHERE opened.customer_id IS NULL
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
        FROM points_entry WHERE lot_id IS NOT NULL {of} GROUP BY customer_id, lot_id
    """,
    finding="""
        SELECT customer_id, id FROM (
            SELECT customer_id, id, event_id, account_id, -points AS points, -remaining AS remaining FROM points_lot
            UNION ALL
            SELECT customer_id, lot_id, CASE kind WHEN 'earn' THEN event_id END, account_id,
                CASE kind WHEN 'earn' THEN points END, points
            FROM points_entry WHERE lot_id IS NOT NULL
        ) moved
        GROUP BY customer_id, id
        HAVING sum(points) IS DISTINCT FROM 0 OR sum(remaining) <> 0
            OR min(event_id) <> max(event_id) OR min(account_id) <> max(account_id)
    """,
)

EVENTS = Check(
    name="events",
    table="events_event",
    key=("customer_id", "id"),
    columns={"points": "0"},
    recomputed="""
        SELECT customer_id, event_id AS id, sum(points)::bigint AS points
        FROM points_entry WHERE true {of} GROUP BY customer_id, event_id
    """,
    finding="""
        SELECT customer_id, id FROM (
            SELECT customer_id, id, -points AS points FROM events_event WHERE points <> 0
            UNION ALL
            SELECT customer_id, event_id, points FROM points_entry
        ) moved
        GROUP BY customer_id, id HAVING sum(points) <> 0
    """,
)


def _number(alias: str, name: str) -> str:
    """The attribute as a number, as `loyalty.engine.values` reads it; NULL if it is none. Plain digits are the quick way."""
    attribute, text = f"{alias}.data->'{name}'", f"{alias}.data->>'{name}'"
    cleaned = f"replace({text}, '_', '')"
    is_number = r"'^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,2})?\s*$'"
    return (
        f"CASE WHEN jsonb_typeof({attribute}) = 'number' THEN ({attribute})::numeric"
        f" WHEN translate({text}, '0123456789', '') IN ('', '.') AND {text} NOT IN ('', '.') THEN ({text})::numeric"
        f" WHEN {cleaned} ~ {is_number} THEN ({cleaned})::numeric END"
    )


def _line_total(alias: str) -> str:
    quantity, discount = f"coalesce({_number(alias, 'quantity')}, 1)", f"coalesce({_number(alias, 'discount')}, 0)"
    return f"coalesce({_number(alias, 'subtotal')}, {_number(alias, 'price')} * {quantity} - {discount})"


# Of the actions that move points, those that spend them, and those that give without earning.
SPENDING, GIVING_BACK = "('point_spend', 'point_burn')", "('point_unspend')"

# An order that names no total costs what its lines cost. The points of events are those of their entries, see EVENTS.
TOTALS = Check(
    name="totals",
    table="customers_customer",
    key=("id",),
    columns={
        **dict.fromkeys(["purchase_total", "purchase_count", "purchase_item_count"], "0"),
        **dict.fromkeys(["purchase_first_date", "purchase_last_date", "last_earn_date", "last_spend_date"], "NULL"),
    },
    recomputed=f"""
        SELECT told.customer_id AS id, coalesce(named, 0) + coalesce(counted, 0) AS purchase_total, purchase_count,
            coalesce(items, 0) AS purchase_item_count, purchase_first_date, purchase_last_date, last_earn_date, last_spend_date
        FROM (
            SELECT e.customer_id, sum({_number("e", "total")}) FILTER (WHERE e.action = 'checkout') AS named,
                count(*) FILTER (WHERE e.action = 'checkout') AS purchase_count,
                sum(coalesce({_number("e", "quantity")}, 1)) FILTER (WHERE e.action = 'checkout_item') AS items,
                min(e.occurred_at) FILTER (WHERE e.action = 'checkout') AS purchase_first_date,
                max(e.occurred_at) FILTER (WHERE e.action = 'checkout') AS purchase_last_date,
                max(e.occurred_at) FILTER (WHERE e.points > 0 AND e.action NOT IN {GIVING_BACK}) AS last_earn_date,
                max(e.occurred_at) FILTER (WHERE e.action IN {SPENDING}) AS last_spend_date
            FROM events_event e WHERE e.points <> 0 OR e.action IN ('checkout', 'checkout_item') GROUP BY e.customer_id
        ) told
        LEFT JOIN (
            SELECT item.customer_id, sum({_line_total("item")}) AS counted
            FROM events_event e JOIN events_event item
                ON item.customer_id = e.customer_id AND item.parent_id = e.id AND item.action = 'checkout_item'
            WHERE e.action = 'checkout' AND coalesce(e.data->>'total', '') = '' GROUP BY item.customer_id
        ) without_total USING (customer_id)
    """,
)

CHECKS = (BALANCES, ACCOUNTS, LOTS, EVENTS, TOTALS)


def verify(checks: Iterable[Check] = CHECKS, *, limit: int) -> Findings:
    """Recompute everything in a read-only transaction of its own; of the rows that differ, `limit` are listed."""
    compared, found, mismatches = {}, 0, list[Mismatch]()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for statement in SNAPSHOT:
            cursor.execute(statement)
        for check in checks:
            cursor.execute(check.counting)
            [(compared[check.name],)] = cursor.fetchall()
            number, rows = _differing(cursor, check, limit)
            found += number
            mismatches += [_mismatch(check, row) for row in rows]
    return Findings(compared, found, mismatches[:limit])


def _differing(cursor: CursorWrapper, check: Check, limit: int) -> tuple[int, list[tuple[Any, ...]]]:
    """How many rows differ, and the first ones of them."""
    if not check.finding:
        cursor.execute(check.comparing(some=False), {"limit": limit})
        rows = cursor.fetchall()
        return (rows[0][-1] if rows else 0), rows
    cursor.execute(check.suspecting, [limit])
    suspects = cursor.fetchall()
    if not suspects:
        return 0, []
    customers = list({customer for customer, _ in suspects})
    cursor.execute(check.comparing(some=True), {"limit": limit, "customers": customers})
    return suspects[0][1], cursor.fetchall()


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
