"""What is declared personal beside the models is what an erasure leaves nothing of."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection, models
from psycopg import Connection, sql

from customers.models import Customer, Note
from events.models import Event
from loyalty.composition import COMPOSITION
from loyalty.database.tables import our_models
from tests.engine.test_write_once import connect
from tests.engine.world import NOW, accepted, configure, event, rows, somebody_subscribes
from tests.listing import listed

# Files of imports are erased by a worker.
PERSONAL: list[Any] = [
    found for found in our_models() if getattr(found, "PERSONAL", None) and found._meta.app_label != "transfer"
]
MARKER = "Zq7m"
# By these an order's rows find each other.
LINKING: Any = {"transaction_id": f"'{MARKER}' || transaction_id", "key": f"replace(key, ':', ':{MARKER}')"}
FILLED: Any = {
    models.DateField: dt.date(1971, 2, 3),
    models.DateTimeField: dt.datetime(2021, 2, 3, 4, 5, 6, 7, tzinfo=dt.UTC),
    models.GenericIPAddressField: "203.0.113.77",
    models.BinaryField: MARKER.encode(),
}


def _filling(field: Any, number: int) -> Any:
    if isinstance(field, models.JSONField):
        return f'["{MARKER}{number}"]'
    if isinstance(field, models.GenericIPAddressField) or not isinstance(field, models.CharField | models.TextField):
        return next(value for kind, value in reversed(FILLED.items()) if isinstance(field, kind))
    return f"{MARKER}{number}"[: field.max_length]


def _columns(found: Any) -> list[Any]:
    """`pk` of a composite key is no column."""
    return [found._meta.get_field(name) for name in sorted(found.PERSONAL)]


def _setting(field: Any, number: int) -> sql.Composed:
    column = sql.Identifier(field.column)
    if field.column in LINKING:
        return sql.SQL("{} = {}").format(column, sql.SQL(LINKING[field.column]))
    return sql.SQL("{} = {}").format(column, sql.Literal(_filling(field, number)))


def _fill(raw: Connection[Any]) -> None:
    """Each personal field of each row, by the owner with the triggers away."""
    number = 0
    for found in PERSONAL:
        table = sql.Identifier(found._meta.db_table)
        raw.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        places = raw.execute(sql.SQL("SELECT ctid FROM {}").format(table)).fetchall()
        assert places, (
            f"No row of {found._meta.label} to erase: let `lived` make one, or `listed.py` of its room's tests"
        )
        for [place] in places:
            number += 1
            sets = sql.SQL(", ").join(_setting(field, number) for field in _columns(found))
            raw.execute(sql.SQL("UPDATE {} SET {} WHERE ctid = {}").format(table, sets, sql.Literal(place)))
        raw.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))


def _left(raw: Connection[Any]) -> set[str]:
    """The personal fields in which something of what was filled in is left."""
    found = set()
    for model in PERSONAL:
        for field in _columns(model):
            column = sql.Identifier(field.column)
            value, is_short = _filling(field, 0), 0 < (field.max_length or 0) <= len(MARKER)
            text = sql.SQL("{}::text LIKE {}").format(column, sql.Literal(f"%{MARKER}%"))
            if is_short or not isinstance(value, str) or isinstance(field, models.GenericIPAddressField):
                text = sql.SQL("{} = {}").format(column, sql.Literal(value))
            query = sql.SQL("SELECT 1 FROM {} WHERE {}").format(sql.Identifier(model._meta.db_table), text)
            if raw.execute(query).fetchone():
                found.add(f"{model._meta.label}.{field.name}")
    return found


@pytest.fixture
def lived(committed_db: None) -> int:
    """Ann, into whom Old was merged, with a row in every table that holds something of a person."""
    configure(checkout_accept=True)
    somebody_subscribes()
    both = [
        (
            event(name, "opt_in"),
            event(name, "point_add", points=5),
            event(name, "checkout", transaction_id=f"{name}-1", total=9),
        )
        for name in ("ann", "old")
    ]
    accepted(*both[0], *both[1])
    guest = event("x", "checkout", transaction_id="guest", total=9)
    guest.guest = True
    accepted(guest, event("ann", "checkout_claim", transaction_id="guest"))
    [[ann], [old]] = rows("SELECT id FROM customers_customer ORDER BY public_id")
    rows("UPDATE customers_identity SET customer_id = %s, origin_id = customer_id WHERE value = 'old'", [ann])
    rows("UPDATE customers_customer SET status = 'merged' WHERE id = %s", [old])
    rows(
        'INSERT INTO customers_merge (source_id, survivor_id, "into", kind, merged_at, source_event, survivor_event, moved,'
        " filled) VALUES (%s, %s, %s, 'full', now(), 1, 1, '{}', '{}')",
        [old, ann, ann],
    )
    rows("INSERT INTO staff_user (username, password, email, first_name, last_name, role, shortcuts, is_staff, is_superuser,"
         " is_active, date_joined) VALUES ('boss', '', '', '', '', 'manager', true, false, false, true, now())")  # fmt: skip
    Note.objects.bulk_create(
        [Note(customer_id=ann, text="x", staff_id=rows("SELECT id FROM staff_user")[0][0], written_at=NOW)]
    )
    rows(
        "INSERT INTO api_savedanswer (api_key_id, digest, fingerprint, status, body, customer_id, expires_at)"
        " SELECT 1, id::text::bytea, '', 200, 'x', id, now() FROM unnest(ARRAY[%s, %s]::bigint[]) AS id",
        [ann, old],
    )
    rows(
        "INSERT INTO staff_auditentry (at, operation, customer_id, subject, reason, user_agent, before, after)"
        " SELECT now(), 'customer.change', id, '', 'x', 'x', '{}', '{}' FROM unnest(ARRAY[%s, %s]::bigint[]) AS id",
        [ann, old],
    )
    for room in listed():
        if room.live:
            room.live(ann, old)
    rows("INSERT INTO customers_secret (customer_id, name, sealed) VALUES (%s, 'token', 'x')", [ann])
    return ann


def erase(customer: int) -> None:
    rows("UPDATE customers_customer SET status = 'opted_out' WHERE id = %s", [customer])
    for function in COMPOSITION.erasures:
        rows(f"SELECT {function}(ARRAY[%s]::bigint[])", [customer])


def test_nothing_is_left_of_any_personal_field(lived: int) -> None:
    with connect("owner") as raw:
        _fill(raw)
        everything = {f"{found._meta.label}.{field.name}" for found in PERSONAL for field in _columns(found)}
        assert _left(raw) == everything
        raw.commit()
        erase(lived)
        assert _left(raw) == set()


def test_control_a_personal_field_that_the_functions_leave_out_is_found(
    lived: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Event, "PERSONAL", Event.PERSONAL | {"source_detail"})
    with connect("owner") as raw:
        _fill(raw)
        raw.commit()
        erase(lived)
        assert _left(raw) == {"events.Event.source_detail"}


@pytest.mark.django_db
def test_every_table_about_customers_is_erased_or_says_that_it_holds_nothing_personal() -> None:
    classified = {
        found._meta.db_table for found in our_models() if hasattr(found, "PERSONAL") and hasattr(found, "NEUTRAL")
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND (column_name = 'customer_id' OR column_name LIKE '%%customer')"
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found - classified == set()
    assert Customer._meta.db_table in classified
