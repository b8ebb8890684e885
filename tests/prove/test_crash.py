"""PostgreSQL is killed under eight writers: what was acknowledged is there, once."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from loyalty import embedded

ROOT = Path(__file__).resolve().parents[2]
WRITERS = 8
KILLS = 20

pytestmark = pytest.mark.prove


@contextmanager
def program() -> Iterator[Path]:
    """A data folder with a migrated database."""
    parent = Path(tempfile.mkdtemp(prefix="crash-", dir="/tmp"))
    parent.chmod(0o711)
    data = parent / "data"
    try:
        manage(data, "migrate", "--verbosity", "0")
        yield data
    finally:
        embedded.delete(data)
        shutil.rmtree(parent)


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "LOYALTY_"))}
    return {**kept, "LOYALTY_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}


def manage(data: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(data), check=True)


@contextmanager
def writers(data: Path) -> Iterator[None]:
    command = [sys.executable, "tests/prove/crash_writer.py"]
    running = [
        subprocess.Popen([*command, str(number), str(data)], cwd=ROOT, env=environment(data))
        for number in range(WRITERS)
    ]
    try:
        yield
    finally:
        (data / "stop").touch()
        for process in running:
            process.wait(timeout=60)


def acknowledged(data: Path) -> list[str]:
    return [line for path in data.glob("acknowledged-*") for line in path.read_text().splitlines()]


def recorded(data: Path) -> Counter[str]:
    with psycopg.connect(embedded.addresses(data).owner_url) as raw:
        rows = raw.execute("SELECT transaction_id FROM events_event WHERE action = 'checkout'").fetchall()
    return Counter(transaction_id for (transaction_id,) in rows)


def kill_postgres(data: Path) -> None:
    """The postmaster first, so that nobody tidies up, then all of its children."""
    postmaster = int(next(data.rglob("postmaster.pid")).read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (postmaster, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def crash(data: Path, times: int) -> None:
    for _ in range(times):
        before = len(acknowledged(data))
        while len(acknowledged(data)) < before + 200:
            time.sleep(0.05)
        kill_postgres(data)
        embedded.start(data)


def acknowledge_too_early(data: Path) -> None:
    """Commits are answered before they are on disk, and nobody writes them there for a while: a kill finds some that are
    not, however fast the machine is. In the server, since the program's connections bring their own options along."""
    password = embedded.read_secrets(data).admin_password
    sockets = str(embedded.addresses(data).socket_dir)
    with psycopg.connect(host=sockets, user="postgres", dbname="loyalty", password=password, autocommit=True) as raw:
        for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
            raw.execute(f"ALTER SYSTEM SET {setting}".encode())
        raw.execute("SELECT pg_reload_conf()")


def test_a_killed_postgresql_loses_no_acknowledged_event() -> None:
    with program() as data:
        with writers(data):
            crash(data, KILLS)
        notes, rows = acknowledged(data), recorded(data)

        assert len(notes) > KILLS * 200
        assert [note for note in notes if rows[note] != 1] == []
        assert max(rows.values()) == 1
        manage(data, "check", "--database", "default")
        print(f"{KILLS} kills, {len(notes)} acknowledged, 0 lost")


def test_without_synchronous_commit_the_same_harness_sees_a_loss() -> None:
    """The control: a harness that cannot see a loss proves nothing."""
    with program() as data:
        acknowledge_too_early(data)
        with writers(data):
            crash(data, 3)
        rows = recorded(data)
        lost = [note for note in acknowledged(data) if rows[note] == 0]

        assert lost != []
        print(f"3 kills, {len(acknowledged(data))} acknowledged, {len(lost)} lost")
