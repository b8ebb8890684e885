"""What rows a piece of work left: proof that the floor and the program do the same work."""

from collections.abc import Mapping
from typing import Any

import psycopg

# What the measured work writes to, in the order of the foreign keys.
TABLES = (
    "customers_customer",
    "customers_identity",
    "events_event",
    "events_businesskey",
    "events_transaction",
    "points_lot",
    "points_balance",
    "points_entry",
    "sync_outboxrow",
)

# The rows of one checkout without ids and times; references as what they point to.
_OF_ONE_CHECKOUT = {
    "events": """
        SELECT e.action, e.points, e.account_id, e.data - 'transaction_id', e.transaction_id IS NULL, p.action, e.source,
            e.source_detail, e.staff_id, e.api_key_id, e.ip_address, e.user_agent, e.occurred_at = e.recorded_at, e.program_version
        FROM events_event e LEFT JOIN events_event p ON p.customer_id = e.customer_id AND p.id = e.parent_id
        WHERE e.customer_id = %(member)s AND e.transaction_id = %(receipt)s ORDER BY e.id""",
    "keys": "SELECT count(*) FROM events_businesskey WHERE key = concat('checkout:', %(receipt)s::text)",
    "orders": """
        SELECT t.status, t.event_id = e.id, t.account_id, t.currency, t.total, t.refunded, t.items, t.earned, t.bonus,
            t.taken_back, t.burned, t.given_back, t.reserved, t.created_at = e.recorded_at, t.updated_at = e.recorded_at,
            t.checkout_at = e.occurred_at, t.accept_at, t.accepted_at = e.occurred_at
        FROM events_transaction t JOIN events_event e ON e.customer_id = t.customer_id AND e.transaction_id = t.transaction_id
        WHERE t.customer_id = %(member)s AND t.transaction_id = %(receipt)s AND e.action = 'checkout'""",
    "lots": """
        SELECT e.action, l.account_id, l.points, l.remaining, l.expires_at, l.earned_at = e.occurred_at
        FROM points_lot l JOIN events_event e ON e.customer_id = l.customer_id AND e.id = l.event_id
        WHERE l.customer_id = %(member)s AND e.transaction_id = %(receipt)s ORDER BY l.id""",
    "entries": """
        SELECT e.action, n.account_id, n.kind, n.points, n.lot_id IS NULL, n.recorded_at = e.recorded_at
        FROM points_entry n JOIN events_event e ON e.customer_id = n.customer_id AND e.id = n.event_id
        WHERE n.customer_id = %(member)s AND e.transaction_id = %(receipt)s ORDER BY n.id""",
    "balances": "SELECT account_id, earned, spent, expired, reserved, pending, debt, spendable FROM points_balance WHERE customer_id = %(member)s",
    "customer": """
        SELECT c.status, c.purchase_total, c.purchase_count, c.purchase_item_count, c.purchase_first_date = e.occurred_at,
            c.purchase_last_date = e.occurred_at, c.last_earn_date = e.occurred_at, c.last_spend_date, c.updated_at = c.created_at
        FROM customers_customer c JOIN events_event e ON e.customer_id = c.id
        WHERE c.id = %(member)s AND e.transaction_id = %(receipt)s AND e.action = 'checkout'""",
    "answers": "SELECT status, body IS NULL FROM api_savedanswer WHERE customer_id = %(member)s",
    "told": """
        SELECT o.action, e.action, o.created_at = e.recorded_at
        FROM sync_outboxrow o JOIN events_event e ON e.customer_id = o.customer_id AND e.id = o.event_id
        WHERE o.customer_id = %(member)s AND e.transaction_id = %(receipt)s""",
}


def counts(raw: "psycopg.Connection[Any]") -> dict[str, int]:
    """Of every table, so that work in one that nobody has thought of shows."""
    tables = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename").fetchall()
    found = {}
    for (table,) in tables:
        row = raw.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert row is not None
        found[table] = row[0]
    return found


def per_unit(before: dict[str, int], after: dict[str, int], done: int) -> dict[str, float]:
    """Rows added by each of `done` pieces of work."""
    return {table: (after[table] - before[table]) / done for table in after if after[table] != before[table]}


def of_checkout(raw: "psycopg.Connection[Any]", customer: str, receipt: str) -> dict[str, list[Any]]:
    row = raw.execute(
        "SELECT customer_id FROM customers_identity WHERE scheme = 'id' AND value = %s", [customer]
    ).fetchone()
    assert row is not None
    values = {"member": row[0], "receipt": receipt}
    return {name: raw.execute(query.encode(), values).fetchall() for name, query in _OF_ONE_CHECKOUT.items()}


def of_event(raw: "psycopg.Connection[Any]", action: str, queries: Mapping[str, str]) -> dict[str, list[Any]]:
    """What the last event of this action has left: by kind, the rows of its query, which has the values member and event."""
    row = raw.execute(
        "SELECT customer_id, id FROM events_event WHERE action = %s ORDER BY id DESC LIMIT 1", [action]
    ).fetchone()
    assert row is not None
    values = {"member": row[0], "event": row[1]}
    return {name: raw.execute(query.encode(), values).fetchall() for name, query in queries.items()}
