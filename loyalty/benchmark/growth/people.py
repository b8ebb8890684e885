"""Customers in any number: a few by the engine, all others set-wise as copies of what it has written of the first."""

import datetime as dt
from typing import Any

from django.db import connection

# What the engine writes of a customer who opts in. {last}: the number of the last one.
_COPIES = (
    """
    INSERT INTO customers_customer (id, public_id, email, first_name, last_name, birth_date, optin_at, {customer})
    SELECT nextval('customers_customer_id_seq'), 'bench-' || n, 'customer.' || n || '@example.com',
        -- A page of the list is full of those who share the names that are searched for, however many there are.
        'First ' || CASE WHEN n <= 100 THEN 7 ELSE n %% 997 END, 'Last ' || CASE WHEN n <= 100 THEN 77 ELSE n %% 4999 END,
        date '1940-01-01' + n %% 20000,
        -- Less than a year ago, and not all on one day.
        optin_at - (30 + n %% 300) * interval '1 day', {customer}
    FROM generate_series(1, {last}) n, (SELECT * FROM customers_customer WHERE public_id = 'bench-0') first
    """,
    """
    INSERT INTO customers_identity (scheme, value, customer_id)
    SELECT 'id', public_id, id FROM customers_customer WHERE id > {first} AND public_id LIKE 'bench-%%'
    """,
    """
    INSERT INTO events_event (customer_id, id, data, {event})
    SELECT c.id, nextval('events_event_id'), e.data || jsonb_build_object('email', c.email, 'first_name', c.first_name,
        'last_name', c.last_name, 'birth_date', c.birth_date), {event_of}
    FROM customers_customer c, events_event e WHERE c.id > {first} AND e.customer_id = {first}
    """,
    """
    INSERT INTO points_balance (customer_id, {balance})
    SELECT c.id, {balance_of} FROM customers_customer c, points_balance b WHERE c.id > {first} AND b.customer_id = {first}
    """,
)
# Written by the copies themselves.
_OWN = {
    "customers_customer": {"id", "public_id", "email", "first_name", "last_name", "birth_date", "optin_at"},
    "events_event": {"customer_id", "id", "data"},
    "points_balance": {"customer_id"},
}


def fill(customers: int) -> None:
    """`customer(0)` to `customer(customers - 1)` of `load`, who have opted in; 1,000,000 take minutes."""
    _by_the_engine()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_customer WHERE public_id = 'bench-0'")
        [first] = cursor.fetchone()
        columns = {table: _columns(cursor, table, own) for table, own in _OWN.items()}
        for statement in _COPIES:
            cursor.execute(
                statement.format(
                    last=customers - 1, first=first, customer=", ".join(columns["customers_customer"]),
                    event=", ".join(columns["events_event"]),
                    event_of=", ".join(f"e.{name}" for name in columns["events_event"]),
                    balance=", ".join(columns["points_balance"]),
                    balance_of=", ".join(f"b.{name}" for name in columns["points_balance"]),
                ),
                [],
            )  # fmt: skip


def _by_the_engine() -> None:
    from loyalty.engine.events import Incoming
    from loyalty.engine.record import record_one
    from loyalty.intake.actors import made_up

    profile = {
        "first_name": "First 0", "last_name": "Last 0", "email": "customer.0@example.com", "language": "en",
        "country": "HU", "currency": "EUR", "birth_date": "1940-01-01",
    }  # fmt: skip
    record_one(Incoming("bench-0", "opt_in", profile), by=made_up("import"), at=dt.datetime.now(dt.UTC))


def _columns(cursor: Any, table: str, own: set[str]) -> list[str]:
    """Those that are copied as they are: no generated ones."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall() if name not in own]
