"""PostgreSQL's own pg_dump and pg_restore: one snapshot while everybody writes on, and all or nothing back."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from django.db import connection
from psycopg.conninfo import make_conninfo

from loyalty import embedded
from loyalty.environment import Environment

PIECE = 256 * 1024
# Owners and rights are the target's own: `manage.py protect` sets them there.
COMMON = ("--no-owner", "--no-privileges", "--no-password")
# The lightest compression: what is sealed afterwards cannot be made smaller any more.
DUMP = ("--format=custom", "--compress=1", "--no-publications", "--no-subscriptions", *COMMON)
RESTORE = ("--single-transaction", "--exit-on-error", *COMMON)


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class ToolFailed(Exception):
    """One sentence: what PostgreSQL's program complained about, or why there is none."""


def dump(environment: Environment, out: Sink) -> None:
    with _running("pg_dump", DUMP, environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout
        shutil.copyfileobj(process.stdout, out, PIECE)


def restore(environment: Environment, pieces: Iterable[bytes]) -> None:
    """In one transaction, so what fails half way leaves nothing. Raises ToolFailed, and what `pieces` raises."""
    with _running("pg_restore", RESTORE, environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin
        # Of a pg_restore that has given up, its complaint counts, not that it reads no more.
        with suppress(BrokenPipeError), process.stdin as stdin:
            for piece in pieces:
                stdin.write(piece)


def is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace)")
        [(empty,)] = cursor.fetchall()
        return bool(empty)


@contextmanager
def _running(
    name: str, options: Iterable[str], environment: Environment, *, stdin: int, stdout: int
) -> "Iterator[subprocess.Popen[bytes]]":
    """Killed if what feeds or drains it fails; raises ToolFailed if it fails itself. The password is in no command line."""
    parts = environment.database("owner")
    named = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    values = {part: parts[setting] for part, setting in named.items() if parts[setting]}
    address = make_conninfo("", **values, **parts["OPTIONS"])
    variables = {**os.environ, "PGPASSWORD": parts["PASSWORD"]} if parts["PASSWORD"] else {**os.environ}
    command = [str(_program(name, environment)), *options, f"--dbname={address}"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=complaints, env=variables)  # noqa: S603
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        if code != 0:
            raise ToolFailed(f"{name} failed: {_first_complaint(complaints)}")


def _first_complaint(complaints: BinaryIO) -> str:
    """Its first line names the object; a detail could show a row."""
    complaints.seek(0)
    lines = [line.decode(errors="replace").strip() for line in complaints.readlines(PIECE)]
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "it did not say why")


def _program(name: str, environment: Environment) -> Path:
    """Of PG_BINDIR, of the machine, or of the wheel: the first that is as new as the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        [(needed,)] = cursor.fetchall()
    for path in _candidates(name, environment):
        if _release(path) >= needed:
            return path
    raise ToolFailed(
        f"There is no {name} of PostgreSQL {needed} or newer: install its client programs, or name their folder with PG_BINDIR."
    )


def _candidates(name: str, environment: Environment) -> Iterator[Path]:
    if folder := os.environ.get("PG_BINDIR"):
        yield Path(folder) / name
        return
    # The wheel's knows no TLS, which a server elsewhere may ask for.
    if not environment.embedded_database and (found := shutil.which(name)):
        yield Path(found)
    with suppress(embedded.EmbeddedError):
        yield embedded.pg_binary(name)


def _release(program: Path) -> int:
    """0 for what cannot be run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found else 0
