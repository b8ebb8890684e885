"""A strict session: real PostgreSQL and Valkey, the application's own database role, no network, no loose ends."""

import gc
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from loyalty.engine.program import Program
from loyalty.engine.programs import programs

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's sync API keeps an event loop in this thread

from loyalty import environment

environment.start_servers(environment.read())

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from django.template import engines
from django.test.testcases import LiveServerThread
from django.test.utils import setup_databases, teardown_databases

from loyalty.composition import configure
from loyalty.program import queries
from loyalty.program.queries import program_version
from tests.browser.absent import pytest_runtest_setup, pytest_terminal_summary  # noqa: F401
from tests.databases import copies
from tests.databases.origin import Origin
from tests.long_first import pytest_collection_modifyitems  # noqa: F401


def _refuse(address: object) -> None:
    raise AssertionError(f"Tests do not use the network: {address}")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Sockets may connect to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            _refuse(address)
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def strict_settings() -> None:
    """Quick hashes, undefined template variables fail, plain static files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="session", autouse=True)
def unordered_means_unordered() -> Iterator[None]:
    """What a query does not order comes in any order: a test must not rest on the one PostgreSQL happens to choose."""
    fetch, dice = QuerySet._fetch_all, random.Random(1)

    def shuffled(self: QuerySet[Any]) -> None:
        is_fresh = self._result_cache is None
        fetch(self)
        if is_fresh and self._result_cache and not self.ordered:
            dice.shuffle(self._result_cache)

    QuerySet._fetch_all = shuffled  # type: ignore[method-assign]
    yield
    QuerySet._fetch_all = fetch  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def current_program() -> None:
    """A test's changes of the configuration are rolled back, and its programme version then means another one."""
    _forget_program()


def _forget_program() -> None:
    programs._program = None
    queries._last = FIRST.get("read", queries._last)


@pytest.fixture(autouse=True)
def templates_as_served(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where a test ignores undefined variables, they are empty: to look for the place of each takes as long as the page."""
    if "ignore_template_errors" not in request.keywords:
        yield
        return
    engine = engines["django"].engine  # type: ignore[attr-defined]
    strict, engine.string_if_invalid = engine.string_if_invalid, ""
    yield
    engine.string_if_invalid = strict


def _as_role(role: str) -> None:
    """Whose connection the tests use."""
    chosen = environment.read().database(role)
    connection.close()
    for name in ("USER", "PASSWORD"):
        connection.settings_dict[name] = chosen[name]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """The test database, as made by the migrations; a copy of it is kept to start tests from that commit.

    In place of pytest-django's: that one makes none for tests which only ask for `committed_db`.
    """
    name = _test_name()
    with django_db_blocker.unblock():
        with copies.one_at_a_time():
            made = _copied(name) if copies.exists(copies.template_of(name)) else _migrated(name)
        _as_role("app")
        _remember_program()
    yield
    with django_db_blocker.unblock():
        _as_role("owner")
        copies.send_all_home(name)
        teardown_databases(made, verbosity=0)


def _test_name() -> str:
    return connection.settings_dict["TEST"]["NAME"] or f"test_{connection.settings_dict['NAME']}"


def _migrated(name: str) -> Any:
    copies.drop_templates(name)
    made = setup_databases(verbosity=0, interactive=False, aliases={"default": False})
    # The first version is kept once, as it is found: not by each test that records something.
    configure()
    _keep_statistics()
    connection.close()
    copies.copy(name, copies.template_of(name))
    return made


def _copied(name: str) -> Any:
    """What `setup_databases` gives."""
    before = connection.settings_dict["NAME"]
    connection.close()
    copies.copy(copies.template_of(name), name)
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    return [(connection, before, True)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What stands now stays to the end: collections look at what tests make, and less often, as the memory of tests allows."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The template goes once no worker needs it any more."""
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        copies.drop_templates(_test_name())


def _keep_statistics() -> None:
    """What the planner knows of a table is what a test tells it: not what came of rows that others have rolled back."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET (autovacuum_enabled = off)")


# What is read of the programme as the migrations made it.
FIRST: dict[str, tuple[int, bytes]] = {}


def _remember_program() -> None:
    """That programme is read and built once, and its version is kept: any change has a version that never was before."""
    composition, first, zone = programs.composition, configure(), settings.TIME_ZONE
    FIRST["read"] = queries._last

    def remembered() -> Program:
        return first if (program_version(), settings.TIME_ZONE) == (first.version, zone) else configure()

    programs._composition = replace(composition, configure=remembered)


@pytest.fixture(scope="session")
def origin(django_db_setup: None) -> Iterator[Origin]:
    """What the database is like before any test."""
    found = Origin(connection.settings_dict["NAME"])
    yield found
    found.close()


@contextmanager
def _restored_afterwards(origin: Origin, blocker: Any) -> Iterator[None]:
    with blocker.unblock():
        yield
        connections.close_all()
        if not origin.restore():
            copies.copy_template(origin.name)


@pytest.fixture
def committed_db(origin: Origin, django_db_blocker: Any) -> Iterator[None]:
    """A database of the test's own, in which it may commit: write-once tables cannot be emptied afterwards."""
    with _restored_afterwards(origin, django_db_blocker):
        yield


@pytest.fixture
def owned_db(committed_db: None) -> Iterator[None]:
    """The same, as the owner of its tables: for rows that the program no longer makes."""
    _as_role("owner")
    yield
    _as_role("app")


@pytest.fixture(scope="module")
def committed_module(origin: Origin, django_db_blocker: Any) -> Iterator[None]:
    """The same for all tests of a file, which leave no traces."""
    # A file's world is made before any fixture of its first test.
    _forget_program()
    with _restored_afterwards(origin, django_db_blocker):
        yield


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around the tests of a file, each in one of its own: what fixtures of the file make is made once.

    For files whose tests commit nothing.
    """
    _forget_program()
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as those of Django's tests: durable ones may stand in it
    with django_db_blocker.unblock():
        with around:
            yield
            transaction.set_rollback(True)
        _forget_program()


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[str]:
    """The address. Not pytest-django's `live_server`: that one empties tables afterwards, and write-once ones refuse."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def served(server: str, committed_db: None) -> str:
    """The address of the server over a database in which the test may commit."""
    return server
