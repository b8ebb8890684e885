"""A database of the benchmark's own: made from the migrations, cloned for each round, dropped at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from psycopg import sql

from loyalty.environment import Environment

NAME = "loyalty_benchmark"
# Any number that nothing else locks: two benchmarks at once would measure each other, and drop each other's database.
ONLY_ONE = 7_205_317


class CannotMeasure(Exception):
    """One sentence that holds the cure."""


def _elsewhere(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@dataclass(frozen=True)
class Scratch:
    """One scratch database, and how each role reaches it."""

    name: str
    app_url: str = field(repr=False)
    owner_url: str = field(repr=False)

    def connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(self.owner_url, autocommit=True)

    @property
    def environment(self) -> dict[str, str]:
        """For processes that are to work in this database instead of the real one."""
        return {
            **os.environ,
            "DATABASE_URL": self.app_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": settings.ENV.redis_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "LOYALTY_DATABASE_ROLE": "app",
            "DJANGO_SETTINGS_MODULE": "loyalty.settings",
        }

    def python(self, *arguments: str, text: str = "", role: str = "app") -> str:
        """Run Python in this database; what it prints. `role` is the application's or the owner's. Raises CannotMeasure with the end of what it complained about."""
        command, where = [sys.executable, *arguments], settings.BASE_DIR
        environment = {**self.environment, "LOYALTY_DATABASE_ROLE": role}
        done = subprocess.run(  # noqa: S603  our own programs
            command, check=False, capture_output=True, text=True, input=text, env=environment, cwd=where
        )
        if done.returncode != 0:
            raise CannotMeasure(f"`{' '.join(arguments)}` failed: {done.stderr.strip()[-2000:]}")
        return done.stdout


class Server:
    """The database server that holds the scratch databases."""

    def __init__(self, environment: Environment, raw: "psycopg.Connection[Any]") -> None:
        self.environment, self.raw = environment, raw
        self.owner_url = environment.database_owner_url or environment.database_url
        self.made: list[str] = []

    def database(self, suffix: str = "") -> Scratch:
        name = NAME + suffix
        return Scratch(name, _elsewhere(self.environment.database_url, name), _elsewhere(self.owner_url, name))

    def make(self, suffix: str = "") -> Scratch:
        """An empty database at the newest migration: migrated once, then cloned."""
        empty = self.database("_empty")
        if empty.name not in self.made:
            self._create(empty, sql.SQL("TEMPLATE template1"))
            empty.python("manage.py", "migrate", "--noinput", "--verbosity", "0", role="owner")
        return self.clone(empty, suffix)

    def clone(self, source: Scratch, suffix: str) -> Scratch:
        scratch = self.database(suffix)
        self._create(scratch, sql.SQL("TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(source.name)))
        return scratch

    def _create(self, scratch: Scratch, how: sql.Composable) -> None:
        self.drop(scratch)
        self.made.append(scratch.name)
        self.raw.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(scratch.name), how))

    def drop(self, scratch: Scratch) -> None:
        _drop(self.raw, scratch.name)


def _drop(raw: "psycopg.Connection[Any]", name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        raw.execute(statement + sql.SQL(" WITH (FORCE)"))
    except psycopg.errors.InsufficientPrivilege:
        # Autovacuum is in it, whom only a plain DROP sends away.
        raw.execute(statement)


@contextmanager
def server(environment: Environment) -> Iterator[Server]:
    """Scratch databases made on it are dropped at the end, whatever happens."""
    url = environment.database_owner_url or environment.database_url
    with psycopg.connect(url, autocommit=True) as raw:
        row = raw.execute(
            "SELECT pg_try_advisory_lock(%s), rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
            [ONLY_ONE],
        ).fetchone()
        locked, may_create = row or (False, False)
        if not may_create:
            raise CannotMeasure(
                "The owner's role may not create databases: ALTER ROLE ... CREATEDB, or set DATABASE_OWNER_URL."
            )
        if not locked:
            raise CannotMeasure("Another benchmark is running on this database server: wait for its end.")
        found = Server(environment, raw)
        try:
            yield found
        finally:
            for name in dict.fromkeys(found.made):
                _drop(raw, name)


def settle(raw: "psycopg.Connection[Any]") -> None:
    """Before each timing: statistics are fresh, and no checkpoint of earlier work is under way."""
    raw.execute("ANALYZE")
    with suppress(psycopg.errors.InsufficientPrivilege):
        raw.execute("CHECKPOINT")


def require_checkpoints(raw: "psycopg.Connection[Any]") -> None:
    """Raises CannotMeasure: what is written just after one and long after one does not compare."""
    if raw.execute("SELECT pg_has_role('pg_checkpoint', 'USAGE')").fetchone() != (True,):
        raise CannotMeasure("The owner's role may not make checkpoints: GRANT pg_checkpoint TO it, or restart `serve`.")
