"""What protects the rows in the database is looked at thing by thing, and put back by one command."""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from psycopg import sql
from pytest_django import Settings

from loyalty.embedded import EmbeddedError
from loyalty.management.commands import serve
from loyalty.protection import queries
from loyalty.protection.operations import NotTheOwner, protect
from loyalty.protection.queries import NOT_KEPT, UNREADABLE, Lack, lacks
from loyalty.system_checks import protection_errors
from tests.conftest import _as_role
from tests.engine.test_write_once import connect

# What is lost or given → the statement, and what is said of it.
LOSSES = {
    "a right to change": ("GRANT UPDATE ON events_event TO loyalty_app", "loyalty_app has UPDATE besides"),
    "a right to change a column": ("GRANT UPDATE (points) ON points_entry TO loyalty_app", "loyalty_app has UPDATE besides"),
    "a right for everybody": ("GRANT DELETE ON staff_programrecord TO PUBLIC", "loyalty_app has DELETE besides"),
    "a right to make triggers": ("GRANT TRIGGER ON customers_note TO loyalty_app", "loyalty_app has TRIGGER besides"),
    "the key of pseudonyms": ("GRANT SELECT ON customers_erasurekey TO loyalty_app", "loyalty_app has SELECT besides"),
    "the kept definitions": ("GRANT ALL ON protection_definition TO loyalty_app", "has INSERT, UPDATE, DELETE, TRUNCATE,"),
    "the list of migrations": ("GRANT DELETE ON django_migrations TO loyalty_app", "loyalty_app has DELETE besides"),
    "a right that is needed": ("REVOKE INSERT ON customers_note FROM loyalty_app", "loyalty_app lacks INSERT"),
    "a sequence set back": ("GRANT UPDATE ON SEQUENCE events_event_id TO loyalty_app", "loyalty_app has UPDATE besides"),
    "a sequence not to be used": ("REVOKE ALL ON SEQUENCE points_lot_id FROM loyalty_app", "loyalty_app lacks SELECT, USAGE"),
    "rights on tables to come": (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO loyalty_app",
        "default rights loyalty_app: on all tables that loyalty_owner will make",
    ),
    "making tables": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "schema public: loyalty_app may make tables in it"),
    "a write-once trigger": ("DROP TRIGGER write_once ON events_event", "trigger public.events_event.write_once: missing"),
    "a trigger switched off": ("ALTER TABLE points_entry DISABLE TRIGGER USER", "trigger public.points_entry.write_once: switched off"),
    "a trigger for replicas only": (
        "ALTER TABLE events_event ENABLE REPLICA TRIGGER write_once",
        "trigger public.events_event.write_once: switched off",
    ),
    "any other trigger": ("DROP TRIGGER merge_has_no_cycle ON customers_merge", "customers_merge.merge_has_no_cycle: missing"),
    "what a trigger does": (
        "CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "function public.refuse_change_but_erasure(): not as `migrate` made it",
    ),
    "an erasure": ("DROP FUNCTION erase_sync(bigint[])", "function public.erase_sync(bigint[]): missing"),
    "an erasure's rights": ("ALTER FUNCTION erase_events(bigint[]) SECURITY INVOKER", "erase_events(bigint[]): not as"),
    "an erasure for everybody": ("GRANT EXECUTE ON FUNCTION erase_events(bigint[]) TO PUBLIC", "everybody may call it"),
    "an erasure out of reach": ("REVOKE ALL ON FUNCTION erase_events(bigint[]) FROM loyalty_app", "loyalty_app may not call it"),
    "a check": ("ALTER TABLE points_verification DROP CONSTRAINT ok_means_none_differ", "ok_means_none_differ: missing"),
    "one receipt pays once": ("ALTER TABLE events_businesskey DROP CONSTRAINT events_businesskey_pkey", "events_businesskey_pkey: missing"),
    "a unique index": ("DROP INDEX one_default_account", "index public.one_default_account: missing"),
    "a foreign key": (
        "ALTER TABLE customers_merge DROP CONSTRAINT {foreign}", "foreign key public.customers_merge.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def database(committed_module: None) -> None:
    """One for all: each test ends with everything in place."""


@pytest.fixture
def owner(database: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        _as_role("owner")
        yield
        _as_role("app")


@pytest.fixture
def reader(database: None, django_db_blocker: Any) -> Iterator[None]:
    """The application's role, whose process has not looked lately."""
    with django_db_blocker.unblock():
        queries.recent.until = 0
        yield
        queries.recent.until = 0
        _as_role("owner")
        protect()
        assert lacks() == []
        _as_role("app")


def lose(statement: str) -> None:
    with connect("owner") as raw:
        [(foreign,)] = raw.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'customers_merge'::regclass LIMIT 1"
        ).fetchall()
        raw.execute(sql.SQL(statement.replace("{foreign}", foreign)))


def test_a_migrated_database_lacks_nothing(reader: None) -> None:
    assert lacks() == []


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_named_and_put_back(owner: None, name: str) -> None:
    statement, said = LOSSES[name]
    before = dict(definitions())
    lose(statement)

    found = lacks()
    assert [str(lack) for lack in found if said in str(lack)] != []
    assert protect() == []

    assert lacks() == []
    assert dict(definitions()) == before


def definitions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind || ' ' || name, statement FROM protection_definition ORDER BY 1")
        return cursor.fetchall()


def test_only_the_owner_puts_them_back(reader: None) -> None:
    with pytest.raises(NotTheOwner, match=r"belong to the role loyalty_owner: set DATABASE_OWNER_URL"):
        protect()


def test_what_contradicts_a_constraint_stops_it_with_nothing_changed(owner: None) -> None:
    lose("ALTER TABLE protection_definition DROP CONSTRAINT one_definition_of_a_name")
    lose("DROP TRIGGER write_once ON points_entry")
    lose(
        "INSERT INTO protection_definition (kind, name, statement)"
        " SELECT kind, name, statement FROM protection_definition WHERE kind = 'trigger' LIMIT 1"
    )
    before = lacks()

    with pytest.raises(
        CommandError, match=r"Nothing was changed: could not create unique index .one_definition_of_a_name"
    ):
        call_command("protect")

    assert lacks() == before
    lose("DELETE FROM protection_definition WHERE id = (SELECT max(id) FROM protection_definition)")
    call_command("protect", stdout=(told := io.StringIO()))
    assert told.getvalue().splitlines() == [
        "put back: constraint public.protection_definition.one_definition_of_a_name: missing",
        "put back: trigger public.points_entry.write_once: missing",
        "All protections are in place.",
    ]


def test_migrate_does_not_take_a_loss_for_what_has_to_be(owner: None) -> None:
    lose("DROP TRIGGER merge_has_no_cycle ON customers_merge")

    with pytest.raises(CommandError, match=r"merge_has_no_cycle: missing\. To go on, run .*manage\.py protect"):
        call_command("migrate", verbosity=0)

    assert [str(lack) for lack in lacks()] == ["trigger public.customers_merge.merge_has_no_cycle: missing"]
    assert protect() == []


def test_a_trigger_of_a_later_migration_is_kept_with_the_others(owner: None) -> None:
    lose("CREATE TRIGGER write_once BEFORE UPDATE ON sync_outboxrow FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    call_command("migrate", verbosity=0)
    assert lacks() == []
    with connect("app") as raw:
        rights = (
            "SELECT has_table_privilege('sync_outboxrow', 'INSERT'), has_table_privilege('sync_outboxrow', 'DELETE')"
        )
        assert raw.execute(rights).fetchone() == (True, False)

    lose("DROP TRIGGER write_once ON sync_outboxrow")
    assert [str(lack) for lack in lacks()] == ["trigger public.sync_outboxrow.write_once: missing"]
    protect()
    lose("DROP TRIGGER write_once ON sync_outboxrow")
    lose("DELETE FROM protection_definition WHERE name = 'public.sync_outboxrow.write_once'")
    call_command("migrate", verbosity=0)


def test_after_a_migration_that_did_not_end_only_migrate_goes_on(owner: None) -> None:
    lose("INSERT INTO django_migrations (app, name, applied) VALUES ('events', 'half', now())")
    assert lacks() == [NOT_KEPT]
    with pytest.raises(CommandError, match=r"To go on, run `manage\.py migrate`"):
        call_command("protect")

    lose("DELETE FROM django_migrations WHERE name = 'half'")
    assert lacks() == []


LOST = "GRANT UPDATE ON events_event TO loyalty_app"


def test_readyz_refuses_and_says_what_to_run_without_particulars(reader: None) -> None:
    client = Client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})
    assert "no-store" in answer["Cache-Control"]
    lose(LOST)
    queries.recent.until = 0

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "reason": "The database is not protected as it was made: run `manage.py protect`.",
    }


def test_asking_readyz_often_costs_one_look(reader: None) -> None:
    client = Client()
    assert client.get("/readyz").status_code == 200
    lose(LOST)

    assert client.get("/readyz").status_code == 200
    queries.recent.until = 0
    assert client.get("/readyz").status_code == 503


def test_serve_refuses_and_names_the_command(reader: None) -> None:
    serve._prepare_schema()
    lose(LOST)

    with pytest.raises(EmbeddedError) as caught:
        serve._prepare_schema()

    assert str(caught.value) == (
        "The database is not protected as it was made: rights on table public.events_event: loyalty_app has UPDATE besides."
        " To go on, run `.venv/bin/python manage.py protect`, which puts them back as the owner of the tables."
    )


def test_a_database_whose_rights_are_all_gone_is_refused_too(reader: None) -> None:
    lose("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM loyalty_app")

    assert lacks() == [UNREADABLE]
    with pytest.raises(EmbeddedError, match=r"manage\.py protect"):
        serve._prepare_schema()


def verified() -> tuple[bool, Any]:
    told = io.StringIO()
    with suppress(SystemExit):
        call_command("verify", stdout=told)
    report = json.loads(told.getvalue())
    return report["ok"], [row for row in report["mismatches"] if row["check"] == "protections"]


def test_verify_looks_at_them(reader: None) -> None:
    assert verified() == (True, [])
    lose(LOST)

    assert verified() == (
        False,
        [
            {
                "check": "protections",
                "customer_id": None,
                "row": "rights on table public.events_event",
                "stored": {"state": "loyalty_app has UPDATE besides"},
                "recomputed": {"state": "SELECT, INSERT"},
            }
        ],
    )


def test_the_system_check_names_each_as_an_error(reader: None) -> None:
    assert [*protection_errors()] == []
    lose(LOST)

    [error] = protection_errors()

    assert (error.id, error.level) == ("loyalty.E012", 40)
    assert "manage.py protect" in str(error.hint)


def test_one_role_for_both_is_told_and_not_refused(owner: None, settings: Settings) -> None:
    """Who has no second role cannot be protected from it: triggers alone are asked for."""
    environment = settings.ENV

    class One:
        database_url = database_owner_url = environment.database_owner_url

        def database(self, role: str) -> Any:
            return environment.database("owner")

    settings.ENV = One()
    assert [message.id for message in protection_errors()] == ["loyalty.W013"]
    lose("DROP TRIGGER write_once ON events_event")
    assert [str(lack) for lack in lacks()] == ["trigger public.events_event.write_once: missing"]
    assert protect() == []


def test_an_application_that_works_as_the_owner_by_mistake_is_refused(owner: None, settings: Settings) -> None:
    environment = settings.ENV

    class Two:
        database_url, database_owner_url = "postgresql://chief@h/d", "postgresql://loyalty_owner@h/d"

        def database(self, role: str) -> Any:
            return environment.database("owner")

    settings.ENV = Two()
    assert [lack.kind for lack in lacks()] == ["role"]
    assert isinstance(lacks()[0], Lack)
