"""Test databases and their copies, handled from beside them.

The first process of a session runs the migrations, and keeps what they have made as the template of all: a copy takes
a second, the migrations half a minute.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from loyalty import environment

LOCK = 0x7E57
SESSION = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]


def url_of(role: str) -> str:
    found = environment.read()
    return found.database_owner_url if role == "owner" and found.database_owner_url else found.database_url


def template_of(name: str) -> str:
    """Of this session's databases, whichever worker's it is."""
    return f"{_shared(name)}_template_{SESSION}"


def _shared(name: str) -> str:
    return re.sub(r"_gw\d+$", "", name)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A database that somebody is in is copied by nobody."""
    with psycopg.connect(url_of("owner"), autocommit=True) as raw:
        raw.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield


def exists(name: str) -> bool:
    return bool(administer(sql.SQL("SELECT 1 FROM pg_database WHERE datname = {}").format(sql.Literal(name))))


def drop_templates(name: str) -> None:
    """Those of sessions that were killed, too."""
    begins = sql.Literal(f"{_shared(name)}_template_")
    for (found,) in administer(
        sql.SQL("SELECT datname FROM pg_database WHERE starts_with(datname, {})").format(begins)
    ):
        drop(found)


def administer(statement: sql.Composed, role: str = "owner") -> list[Any]:
    """Run a statement beside the test database, as the role; its rows, if it has any."""
    with psycopg.connect(url_of(role), autocommit=True) as raw:
        cursor = raw.execute(statement)
        return cursor.fetchall() if cursor.description else []


def send_home(name: str, role: str) -> None:
    """The role ends its own sessions in that database; the caller's own is not among them."""
    home = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = {} AND usename = current_user AND pid <> pg_backend_pid()"
    )
    administer(sql.SQL(home).format(sql.Literal(name)), role=role)


def send_all_home(name: str) -> None:
    """Such as threads of the live server, which keep their connections."""
    for role in ("app", "owner"):
        send_home(name, role)


def drop(name: str) -> None:
    """Nobody may come in any more, those inside are sent home by their own role, and then the house goes."""
    if not exists(name):
        return
    administer(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    send_all_home(name)
    administer(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def copy(source: str, target: str) -> None:
    """Through the log, as is PostgreSQL's own choice: copied files would make the whole server write a checkpoint, twice."""
    drop(target)
    administer(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY WAL_LOG").format(
            sql.Identifier(target), sql.Identifier(source)
        )
    )


def copy_template(name: str) -> None:
    """The database as the migrations made it."""
    with one_at_a_time():
        copy(template_of(name), name)
