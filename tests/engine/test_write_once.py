"""Events and ledger entries are written once: the application's role lacks the rights, triggers stop the owner."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import errors, sql

from loyalty import environment
from loyalty.composition import COMPOSITION

from .world import accepted, event

WRITE_ONCE = ["events_event", "points_entry"]
ROW = "SELECT customer_id, id FROM {table} LIMIT 1"
# name → the statements; the last one is what is refused. `{change}` is a column of the table that may hold any text.
CHANGES = {
    "update": "UPDATE {table} SET {change} = {change}",
    "delete": "DELETE FROM {table}",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (customer_id, id) DO UPDATE SET {change} = excluded.{change}",
    "merge update": "MERGE INTO {table} t USING {table} s ON t.customer_id = s.customer_id AND t.id = s.id"
    " WHEN MATCHED THEN UPDATE SET {change} = s.{change}",
    "merge delete": "MERGE INTO {table} t USING {table} s ON t.customer_id = s.customer_id AND t.id = s.id WHEN MATCHED THEN DELETE",
}
DEFINITIONS = {
    "truncate": "TRUNCATE {table} CASCADE",
    "disable the trigger": "ALTER TABLE {table} DISABLE TRIGGER USER",
    "drop the trigger": "DROP TRIGGER write_once ON {table}",
    "alter a column": "ALTER TABLE {table} ALTER COLUMN {change} DROP NOT NULL",
    "rename": "ALTER TABLE {table} RENAME TO gone",
    "drop": "DROP TABLE {table} CASCADE",
    "put another function in place": "CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RETURN NEW; END$$",
    "put another erasure in place": "DROP FUNCTION erased_form({table}); CREATE FUNCTION erased_form({table}) RETURNS {table} LANGUAGE sql AS 'SELECT $1'",
    "become the owner": "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "make a rule": "CREATE RULE away AS ON INSERT TO {table} DO INSTEAD NOTHING",
}
CHANGED_COLUMN = {"events_event": "source_detail", "points_entry": "kind", "points_lot": "remaining"}


def statement(text: str, table: str) -> str:
    return text.replace("{table}", table).replace("{change}", CHANGED_COLUMN[table])


@pytest.fixture(scope="module")
def filled(committed_module: None) -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))


def connect(role: str) -> psycopg.Connection[Any]:
    chosen = environment.read().database(role)
    return psycopg.connect(
        host=chosen["HOST"], port=chosen["PORT"], user=chosen["USER"], password=chosen["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    )  # fmt: skip


def refused(raw: psycopg.Connection[Any], text: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
        raw.execute(sql.SQL(text))


def harmless(raw: psycopg.Connection[Any], text: str) -> None:
    """The control: elsewhere the same statement works."""
    with raw.transaction(force_rollback=True):
        raw.execute(sql.SQL(text))


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("table", WRITE_ONCE)
@pytest.mark.parametrize("name", [*CHANGES, "truncate"])
def test_rows_are_changed_by_nobody(filled: None, role: str, table: str, name: str) -> None:
    with connect(role) as raw:
        refused(raw, statement({**CHANGES, **DEFINITIONS}[name], table))
    assert_unchanged()


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_change_works_on_a_table_that_is_not_write_once(filled: None, name: str) -> None:
    with connect("app") as raw, raw.transaction(force_rollback=True):
        raw.execute("CREATE TEMPORARY TABLE plain (LIKE points_lot INCLUDING ALL)")
        raw.execute("INSERT INTO plain SELECT * FROM points_lot")
        text = CHANGES[name].replace("{table}", "plain").replace("{change}", "points")
        assert raw.execute(sql.SQL(text)).rowcount == 1


@pytest.mark.parametrize("table", WRITE_ONCE)
@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_application_cannot_change_what_protects_the_rows(filled: None, table: str, name: str) -> None:
    with connect("app") as raw:
        refused(raw, statement(DEFINITIONS[name], table))


@pytest.mark.parametrize(
    "text",
    [
        "SET session_replication_role = replica",
        "SET ROLE loyalty_owner",
        "COPY events_event FROM PROGRAM 'true'",
        "CREATE FUNCTION public.own() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    ],
)
def test_the_application_finds_no_way_around(filled: None, text: str) -> None:
    with connect("app") as raw:
        refused(raw, text)


@pytest.mark.parametrize("table", WRITE_ONCE)
def test_the_application_cannot_grant_itself_more(filled: None, table: str) -> None:
    """PostgreSQL answers such a GRANT with a warning or an error; either way nothing is granted."""
    with connect("app") as raw:
        try:
            with raw.transaction():
                raw.execute(sql.SQL(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER"))
        except errors.InsufficientPrivilege:
            pass
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            assert raw.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone() == (False,)
        assert raw.execute("SELECT has_table_privilege(%s, 'INSERT')", [table]).fetchone() == (True,)


@pytest.mark.parametrize("table", WRITE_ONCE)
def test_copying_over_rows_is_refused(filled: None, table: str) -> None:
    with connect("app") as raw:
        with raw.cursor().copy(f"COPY {table} TO STDOUT") as out:
            image = b"".join(out)
        assert image.count(b"\n") >= 1
        with pytest.raises(psycopg.errors.IntegrityError), raw.transaction():  # noqa: SIM117
            with raw.cursor().copy(f"COPY {table} FROM STDIN") as stream:
                stream.write(image)
    assert_unchanged()


@pytest.mark.parametrize("name", sorted(set(DEFINITIONS) - {"truncate"}))
def test_the_owner_may_do_the_same_which_is_the_limit_of_the_protection(filled: None, name: str) -> None:
    with connect("owner") as raw:
        harmless(raw, statement(DEFINITIONS[name], "points_entry"))


ERASING = "SELECT set_config('loyalty.erasing', 'on', true)"
# The erasure itself, and changes that are more or other than that.
ERASURES = {
    "events_event": "UPDATE events_event SET data = '{}', transaction_id = NULL, ip_address = NULL, user_agent = '',"
    " occurred_at = date_trunc('day', occurred_at, 'UTC'), recorded_at = date_trunc('day', recorded_at, 'UTC')",
    "points_entry": "UPDATE points_entry SET recorded_at = date_trunc('day', recorded_at, 'UTC')",
}
MORE = {"events_event": "points = points + 1", "points_entry": "points = points + 1"}
OTHER = {
    "events_event": "UPDATE events_event SET data = '{\"a\": 1}'",
    "points_entry": "UPDATE points_entry SET recorded_at = now()",
}
LEFT = "UPDATE customers_customer SET status = 'opted_out'"


@pytest.mark.parametrize("table", WRITE_ONCE)
@pytest.mark.parametrize("role", ["app", "owner"])
def test_whoever_pretends_to_erase_changes_nothing_of_the_living(filled: None, role: str, table: str) -> None:
    with connect(role) as raw:
        raw.execute(ERASING)
        refused(raw, ERASURES[table])
    assert_unchanged()


@pytest.mark.parametrize("table", WRITE_ONCE)
def test_whoever_pretends_to_erase_can_do_nothing_but_erase_those_who_have_left(filled: None, table: str) -> None:
    with connect("owner") as raw, raw.transaction(force_rollback=True):
        raw.execute(LEFT)
        refused(raw, ERASURES[table])
        raw.execute(ERASING)
        refused(raw, f"{ERASURES[table]}, {MORE[table]}")
        refused(raw, OTHER[table])
        refused(raw, f"DELETE FROM {table}")
        harmless(raw, ERASURES[table])


@pytest.mark.parametrize("function", COMPOSITION.erasures)
def test_the_functions_erase_nobody_who_is_still_there(filled: None, function: str) -> None:
    with connect("app") as raw, raw.transaction(force_rollback=True):
        counts = raw.execute(f"SELECT sum(erased) FROM {function}(ARRAY(SELECT id FROM customers_customer))")
        assert counts.fetchone() == (0,)
    assert_unchanged()


@pytest.mark.parametrize("text", ["SELECT * FROM customers_erasurekey", "DELETE FROM customers_erasurekey"])
def test_the_application_never_reads_the_key_of_pseudonyms(filled: None, text: str) -> None:
    with connect("app") as raw:
        refused(raw, text)
        assert len((raw.execute("SELECT pseudonym('id', 'ann')").fetchone() or ("",))[0]) == 64


def assert_unchanged() -> None:
    with connect("owner") as raw:
        assert raw.execute("SELECT count(*), sum(points) FROM events_event").fetchone() == (2, 5)
        assert raw.execute("SELECT count(*), sum(points) FROM points_entry").fetchone() == (1, 5)
