"""The supervisor of the embedded servers, with real servers in folders of their own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry

from loyalty import embedded
from loyalty.embedded import Addresses, EmbeddedError, Status

ROOT = Path(__file__).resolve().parent.parent
AS_ROOT = os.geteuid() == 0
UP, DOWN = Status(database=True, broker=True), Status(database=False, broker=False)


@contextmanager
def new_folder() -> Iterator[Path]:
    # Not below tmp_path, where the servers' user of root can get nowhere: a case of its own.
    parent = Path(tempfile.mkdtemp(prefix="embedded-", dir="/tmp"))
    parent.chmod(0o711)
    yield parent / "data"
    embedded.delete(parent / "data")
    shutil.rmtree(parent)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with new_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """Running servers for the tests that leave them as they are."""
    with new_folder() as folder:
        embedded.start(folder)
        yield folder


@pytest.fixture(scope="module")
def worn_folder() -> Iterator[Path]:
    with new_folder() as folder:
        yield folder


@pytest.fixture
def worn(worn_folder: Path) -> Path:
    """Running servers, which earlier tests have killed or stopped."""
    embedded.start(worn_folder)
    return worn_folder


def as_owner(data_dir: Path) -> psycopg.Connection:
    return psycopg.connect(embedded.addresses(data_dir).owner_url, autocommit=True)


def as_app(data_dir: Path) -> psycopg.Connection:
    return psycopg.connect(embedded.addresses(data_dir).database_url, autocommit=True)


def as_admin(data_dir: Path) -> psycopg.Connection:
    password = embedded.read_secrets(data_dir).admin_password
    sockets = embedded.addresses(data_dir).socket_dir
    return psycopg.connect(host=str(sockets), user="postgres", dbname="loyalty", password=password, autocommit=True)


def redis(found: Addresses) -> "Redis":
    return Redis.from_url(found.redis_url)


def started_at(data_dir: Path) -> str:
    with as_app(data_dir) as connection:
        return str(connection.execute("SELECT pg_postmaster_start_time()").fetchone())


def cluster(data_dir: Path) -> Path:
    with as_admin(data_dir) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row
    return Path(row[0])


def postmaster(data_dir: Path) -> int:
    return int((cluster(data_dir) / "postmaster.pid").read_text().split()[0])


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def run_python(code: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


START = """
import sys
from pathlib import Path
from loyalty import embedded
embedded.start(Path(sys.argv[1]))
"""


def test_addresses_start_nothing(data_dir: Path) -> None:
    found = embedded.addresses(data_dir)

    assert found == embedded.addresses(data_dir)
    assert not found.socket_dir.exists()
    assert embedded.status(data_dir) == DOWN


def test_passwords_are_for_their_owner_only_and_never_shown(data_dir: Path) -> None:
    found = embedded.addresses(data_dir)

    assert (data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert found.app_password not in repr(found)
    assert found.owner_password not in repr(found)


@pytest.mark.prove
def test_addresses_take_less_than_five_milliseconds(data_dir: Path) -> None:
    embedded.addresses(data_dir)
    begin = time.perf_counter()

    for _ in range(20):
        embedded.addresses(data_dir)

    assert (time.perf_counter() - begin) / 20 < 0.005


def test_a_second_start_leaves_the_servers_alone(shared: Path) -> None:
    before = started_at(shared)

    embedded.start(shared)

    assert started_at(shared) == before
    assert embedded.status(shared) == UP


def test_four_processes_at_once_start_one_server_that_outlives_them(data_dir: Path) -> None:
    starters = [run_python(START, str(data_dir)) for _ in range(4)]

    assert [(starter.communicate()[0], starter.returncode) for starter in starters] == [("", 0)] * 4
    assert embedded.status(data_dir) == UP
    with redis(embedded.addresses(data_dir)) as connection:
        assert connection.ping()


def test_a_very_long_path_works(data_dir: Path) -> None:
    long = data_dir / ("a folder with a 'long\" name " * 8) / ("and ünother " * 8).strip()
    try:
        embedded.start(long)
        assert embedded.status(long) == UP
    finally:
        embedded.delete(long)
    shutil.rmtree(data_dir)


@pytest.mark.skipif(not AS_ROOT, reason="only root's servers run as another user")
def test_below_a_private_folder_of_root_the_files_lie_elsewhere(data_dir: Path) -> None:
    data_dir.parent.chmod(0o700)

    embedded.start(data_dir)

    assert cluster(data_dir).is_relative_to("/var/lib")
    home = cluster(data_dir).parent
    embedded.delete(data_dir)
    assert not home.exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root's servers run as another user")
def test_files_that_lie_elsewhere_stay_there_when_the_folder_is_opened(data_dir: Path) -> None:
    """As `make run` opens `.data/`, below which the tests' servers already have their files elsewhere."""
    data_dir.parent.chmod(0o700)
    embedded.start(data_dir)
    home = cluster(data_dir).parent

    data_dir.parent.chmod(0o711)
    assert embedded.status(data_dir) == UP
    embedded.stop(data_dir)
    embedded.start(data_dir)

    assert (embedded.status(data_dir), cluster(data_dir).parent) == (UP, home)
    embedded.delete(data_dir)
    assert not home.exists()


def test_kill_9_loses_nothing_and_the_next_start_works(worn: Path) -> None:
    found = embedded.addresses(worn)
    with as_owner(worn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    with redis(found) as queue:
        queue_pid = int(queue.info("server")["process_id"])

    os.kill(postmaster(worn), signal.SIGKILL)
    os.kill(queue_pid, signal.SIGKILL)
    embedded.start(worn)

    assert embedded.status(worn) == UP
    with as_owner(worn) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == [(7,)]


def test_a_killed_server_that_nobody_reaps_is_survived(worn: Path) -> None:
    code = (
        START
        + """
import ctypes, os, signal, time
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0  # orphans become our children, and we never wait for them
embedded.stop(Path(sys.argv[1]))
embedded.start(Path(sys.argv[1]))
pid = int(Path(sys.argv[2]).read_text().split()[0])
os.kill(pid, signal.SIGKILL)
while "State:\\tZ" not in Path(f"/proc/{pid}/status").read_text():
    time.sleep(0.01)
embedded.start(Path(sys.argv[1]))
print(embedded.status(Path(sys.argv[1])).database, "State:\\tZ" in Path(f"/proc/{pid}/status").read_text())
"""
    )

    done = run_python(code, str(worn), str(cluster(worn) / "postmaster.pid"))

    assert done.communicate()[0] == "True True\n"


def test_a_pid_file_that_names_a_stranger_is_survived(worn: Path) -> None:
    pid_file = cluster(worn) / "postmaster.pid"
    content, owner = pid_file.read_text(), pid_file.stat().st_uid
    os.kill(postmaster(worn), signal.SIGKILL)
    stranger = subprocess.Popen(["sleep", "60"], user=owner)
    try:
        time.sleep(0.1)
        pid_file.write_text(content.replace(content.split()[0], str(stranger.pid), 1))
        embedded.start(worn)

        assert embedded.status(worn) == UP
        assert stranger.poll() is None
        embedded.stop(worn)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_stop_is_clean_and_complete(worn: Path) -> None:
    folder, pid = cluster(worn), postmaster(worn)

    embedded.stop(worn)
    embedded.stop(worn)

    assert embedded.status(worn) == DOWN
    assert not is_alive(pid)
    state = subprocess.run([embedded.pg_binary("pg_controldata"), folder], capture_output=True, text=True, check=True)
    assert "shut down\n" in state.stdout.splitlines(keepends=True)[3]


def test_a_failing_start_says_why_and_where_to_read_more(worn: Path) -> None:
    folder = cluster(worn)
    embedded.stop(worn)
    version = (folder / "PG_VERSION").read_text()
    (folder / "PG_VERSION").write_text("15\n")

    with pytest.raises(EmbeddedError, match=r"database files are incompatible with server \(see .*postgres\.log\)"):
        embedded.start(worn)

    (folder / "PG_VERSION").write_text(version)


def test_lost_passwords_are_not_replaced_beside_a_database(worn: Path) -> None:
    saved = (worn / "secrets.json").read_text()
    (worn / "secrets.json").unlink()

    with pytest.raises(EmbeddedError, match=r"secrets\.json is missing.*: put it back from a backup"):
        embedded.start(worn)

    (worn / "secrets.json").write_text(saved)


def test_a_folder_deleted_under_its_servers_can_be_made_again(data_dir: Path) -> None:
    before = embedded.start(data_dir)
    with redis(before) as queue:
        pids = [int(queue.info("server")["process_id"]), postmaster(data_dir)]
    shutil.rmtree(data_dir)
    try:
        after = embedded.start(data_dir)

        assert after.socket_dir != before.socket_dir
        assert embedded.status(data_dir) == UP
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(before.socket_dir)


def test_a_socket_folder_of_somebody_else_is_refused(data_dir: Path) -> None:
    sockets = embedded.addresses(data_dir).socket_dir
    sockets.symlink_to("/tmp")
    try:
        with pytest.raises(EmbeddedError, match="belongs to somebody else: remove it"):
            embedded.start(data_dir)
    finally:
        sockets.unlink()


@pytest.mark.skipif(not AS_ROOT, reason="only root can act as another user")
@pytest.mark.parametrize("name", [".s.PGSQL.5432", "valkey.sock"])
def test_another_user_of_the_machine_is_refused(shared: Path, name: str) -> None:
    path = str(embedded.addresses(shared).socket_dir / name)
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            socket.socket(socket.AF_UNIX).connect(path)
        except PermissionError:
            os._exit(42)
        os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42


@pytest.mark.parametrize("user", ["loyalty_app", "loyalty_owner", "postgres"])
def test_a_wrong_password_is_refused(shared: Path, user: str) -> None:
    sockets = str(embedded.addresses(shared).socket_dir)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host=sockets, user=user, password="wrong", dbname="loyalty")


def test_the_queue_wants_its_password(shared: Path) -> None:
    sockets = embedded.addresses(shared).redis_socket
    with (
        Redis(unix_socket_path=str(sockets), retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(AuthenticationError),
    ):
        stranger.ping()


def test_the_queue_is_written_to_disk_and_drops_nothing(shared: Path) -> None:
    with redis(embedded.addresses(shared)) as queue:
        settings = {**queue.config_get("append*"), **queue.config_get("maxmemory-policy"), **queue.config_get("port")}

    wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "port": "0"}
    assert {name: settings[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("password_encryption", "scram-sha-256"),
    ],
)
def test_the_database_is_durable_and_private(shared: Path, setting: str, value: str) -> None:
    with as_app(shared) as connection:
        assert connection.execute(f"SHOW {setting}").fetchone() == (value,)


def test_letters_of_every_language_fold(shared: Path) -> None:
    with as_app(shared) as connection:
        assert connection.execute("SELECT lower('ÁRVÍZTŰRŐ ΩΔ Ж')").fetchone() == ("árvíztűrő ωδ ж",)


@pytest.fixture
def table(shared: Path) -> Iterator[str]:
    with as_owner(shared) as connection:
        connection.execute("CREATE TABLE members (id bigint GENERATED BY DEFAULT AS IDENTITY, email text UNIQUE)")
        connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON members TO loyalty_app")
        yield "members"
        connection.execute("DROP TABLE members")


def test_the_programs_role_reads_and_writes_rows(shared: Path, table: str) -> None:
    with as_app(shared) as connection:
        connection.execute("INSERT INTO members (email) VALUES ('a@example.com')")
        connection.execute("UPDATE members SET email = 'b@example.com'")
        assert connection.execute("SELECT email FROM members").fetchall() == [("b@example.com",)]
        connection.execute("DELETE FROM members")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "DROP TABLE members",
        "TRUNCATE members",
        "ALTER TABLE members DISABLE TRIGGER ALL",
        "ALTER TABLE members OWNER TO loyalty_app",
        "SET session_replication_role = replica",
        "SET ROLE loyalty_owner",
        "ALTER ROLE loyalty_app SUPERUSER",
        "COPY members TO PROGRAM 'cat'",
    ],
)
def test_the_programs_role_owns_nothing_and_gets_around_nothing(shared: Path, table: str, statement: str) -> None:
    with (
        as_app(shared) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)),
    ):
        connection.execute(statement)


def test_tables_made_later_give_the_programs_role_nothing_by_themselves(shared: Path) -> None:
    """A restored dump makes its tables anew: rights that came of themselves would be too many for write-once ones."""
    url = embedded.addresses(shared).owner_url
    with as_owner(shared) as connection:
        connection.execute("CREATE DATABASE later")
    with psycopg.connect(url, dbname="later", autocommit=True) as connection:
        connection.execute("CREATE TABLE members (id bigserial, email text)")
    with (
        psycopg.connect(embedded.addresses(shared).database_url, dbname="later", autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT FROM members")
    with as_owner(shared) as connection:
        connection.execute("DROP DATABASE later")


def test_the_log_holds_no_rows(shared: Path, table: str) -> None:
    with as_app(shared) as connection:
        connection.execute("INSERT INTO members (email) VALUES ('private@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO members (email) VALUES ('private@example.com')")

    log = (cluster(shared).parent / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "private@example.com" not in log


@pytest.mark.parametrize("program", ["pg_dump", "pgbench", "createdb", "psql"])
def test_the_programs_of_postgresql_are_at_hand(program: str) -> None:
    done = subprocess.run([embedded.pg_binary(program), "--version"], capture_output=True, text=True, check=True)

    assert "(PostgreSQL) 18" in done.stdout
