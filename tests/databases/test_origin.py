"""Nothing of a test that commits is left for the next one, and what cannot be seen to be undone is refused."""

from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from events.models import Event
from loyalty import environment
from loyalty.points.ledger.models import Entry
from tests.databases import copies
from tests.databases.copies import url_of
from tests.databases.origin import Origin
from tests.engine.world import accepted, event

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(scope="module", autouse=True)
def a_small_database(committed_module: None, origin: Origin) -> None:
    """Tests before it may have left many dead rows, of which a copy is made."""
    connections.close_all()
    if not origin.restore():
        copies.copy_template(origin.name)


@pytest.fixture
def owner(origin: Origin) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url_of("owner"), dbname=origin.name, autocommit=True) as raw:
        yield raw


def restored(origin: Origin) -> bool:
    connections.close_all()
    return origin.restore()


def test_rows_go_write_once_ones_too(origin: Origin) -> None:
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=5))
    assert Entry.objects.exists()

    assert restored(origin)
    assert not Event.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "change", ["UPDATE {} SET model = model || id", "DELETE FROM {}", "INSERT INTO {} SELECT 900, 'new', 'new'"]
)
def test_rows_of_the_start_come_back(origin: Origin, owner: psycopg.Connection, change: str) -> None:
    before = set(ContentType.objects.values_list("id", "app_label", "model"))
    owner.execute("DELETE FROM auth_permission")
    owner.execute(change.format("django_content_type").encode())
    assert set(ContentType.objects.values_list("id", "app_label", "model")) != before

    assert restored(origin)
    assert set(ContentType.objects.values_list("id", "app_label", "model")) == before


def test_ids_are_counted_from_the_start(origin: Origin) -> None:
    def first() -> int:
        return ContentType.objects.create(app_label="new", model="new").id

    before = first()

    assert restored(origin)
    assert first() == before


def test_the_triggers_are_on_afterwards(origin: Origin, owner: psycopg.Connection) -> None:
    accepted(event("ann", "opt_in"))

    assert restored(origin)
    off = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
    with psycopg.connect(url_of("owner"), dbname=origin.name) as raw:
        assert raw.execute(off).fetchone() == (0,)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id int)",
        "CREATE INDEX ON staff_user (last_name)",
        "ALTER TABLE staff_user ALTER last_name DROP NOT NULL",
        "ALTER TABLE staff_user ALTER last_name SET DEFAULT 'none'",
        "ALTER TABLE events_event DISABLE TRIGGER USER",
        "DROP TRIGGER write_once ON events_event",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
        "REVOKE INSERT ON staff_user FROM {app}",
        "GRANT ALL ON staff_user TO PUBLIC",
        "ALTER DATABASE {name} SET work_mem = '1MB'",
        "GRANT TEMPORARY ON DATABASE {name} TO PUBLIC",
        "CREATE SCHEMA more",
        "CREATE VIEW more AS SELECT 1",
        "CREATE STATISTICS more ON username, last_name FROM staff_user",
        "TRUNCATE django_session",
        "ALTER TABLE staff_user SET (fillfactor = 50)",
        "COMMENT ON TABLE staff_user IS 'more'",
        "CREATE SEQUENCE more",
        "ALTER TABLE staff_user DROP CONSTRAINT staff_user_username_key",
    ],
)
def test_what_rows_do_not_show_is_seen(origin: Origin, owner: psycopg.Connection, change: str) -> None:
    assert origin.look_at(owner) == origin.look

    app = environment.read().database("app")["USER"]
    with owner.transaction(force_rollback=True):
        owner.execute(change.format(name=origin.name, app=app).encode())
        assert origin.look_at(owner).catalogue != origin.look.catalogue


@pytest.mark.parametrize("change", ["ANALYZE staff_user", "VACUUM staff_user", "CREATE TABLE more (id int)"])
def test_it_asks_for_a_copy(origin: Origin, owner: psycopg.Connection, change: str) -> None:
    owner.execute(change.encode())

    assert not restored(origin)


def test_many_dead_rows_ask_for_a_copy(origin: Origin, owner: psycopg.Connection) -> None:
    owner.execute(
        "INSERT INTO django_content_type SELECT n, repeat('x', 100), n::text FROM generate_series(1000, 70000) n"
    )

    assert not restored(origin)


def test_sessions_of_before_are_ended(origin: Origin, owner: psycopg.Connection) -> None:
    with psycopg.connect(url_of("app"), dbname=origin.name) as other:
        other.execute("SELECT FROM staff_user FOR UPDATE")

        assert restored(origin)
        for raw in (owner, other):
            with pytest.raises(psycopg.OperationalError):
                raw.execute("SELECT 1")
