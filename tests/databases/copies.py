"""Test databases and their copies, handled from beside them."""

from typing import Any

import psycopg
from psycopg import sql

from loyalty import environment

TEMPLATE = "{}_template"


def url_of(role: str) -> str:
    found = environment.read()
    return found.database_owner_url if role == "owner" and found.database_owner_url else found.database_url


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


def drop(name: str) -> None:
    """Nobody may come in any more, those inside are sent home by their own role, and then the house goes."""
    if not administer(sql.SQL("SELECT 1 FROM pg_database WHERE datname = {}").format(sql.Literal(name))):
        return
    administer(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    for role in ("app", "owner"):
        send_home(name, role)
    administer(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def copy(source: str, target: str) -> None:
    """Through the log, as is PostgreSQL's own choice: copied files would make the whole server write a checkpoint, twice."""
    drop(target)
    administer(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY WAL_LOG").format(
            sql.Identifier(target), sql.Identifier(source)
        )
    )
