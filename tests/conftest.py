"""A strict session: real PostgreSQL and Valkey, the application's own database role, no network, no loose ends."""

import os
import random
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's sync API keeps an event loop in this thread

from loyalty import environment

environment.start_servers(environment.read())

from django.conf import settings
from django.db import connection, connections
from django.db.models import QuerySet
from django.test.utils import setup_databases, teardown_databases
from psycopg import sql

from loyalty.engine import record

TEMPLATE = "{}_template"
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


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
    record._programs._program = None


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
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": False})
        name = connection.settings_dict["NAME"]
        connection.close()
        _clone(name, TEMPLATE.format(name))
        _as_role("app")
    yield
    with django_db_blocker.unblock():
        _as_role("owner")
        _administer(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(TEMPLATE.format(name))))
        teardown_databases(made, verbosity=0)


def _administer(*statements: sql.Composed) -> None:
    import psycopg

    url = environment.read().database_owner_url or environment.read().database_url
    with psycopg.connect(url, autocommit=True) as raw:
        for statement in statements:
            raw.execute(statement)


def _clone(source: str, target: str) -> None:
    _administer(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)),
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(target), sql.Identifier(source)
        ),
    )


@contextmanager
def _restored_afterwards(blocker: Any) -> Iterator[None]:
    with blocker.unblock():
        yield
        name = connection.settings_dict["NAME"]
        connections.close_all()
        _clone(TEMPLATE.format(name), name)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the test's own, in which it may commit: write-once tables cannot be emptied afterwards."""
    with _restored_afterwards(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def committed_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The same for all tests of a file, which leave no traces."""
    with _restored_afterwards(django_db_blocker):
        yield
