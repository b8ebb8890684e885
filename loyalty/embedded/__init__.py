"""PostgreSQL and Valkey from their wheels, for a machine that has neither: started on demand, alive until `stop`."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from loyalty.embedded import home as homes
from loyalty.embedded import postgres, valkey
from loyalty.embedded.home import EmbeddedError, Secrets, read_secrets, replace_secret_key
from loyalty.embedded.postgres import pg_binary
from loyalty.embedded.server import bring_down, bring_up

__all__ = [
    "Addresses",
    "EmbeddedError",
    "Secrets",
    "Status",
    "addresses",
    "delete",
    "pg_binary",
    "read_secrets",
    "replace_secret_key",
    "start",
    "status",
    "stop",
]


@dataclass(frozen=True)
class Addresses:
    database_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    socket_dir: Path
    port: int
    database: str
    app_user: str
    app_password: str = field(repr=False)
    owner_user: str
    owner_password: str = field(repr=False)
    redis_socket: Path
    redis_password: str = field(repr=False)


@dataclass(frozen=True)
class Status:
    database: bool
    broker: bool


def addresses(data_dir: Path) -> Addresses:
    """Where the servers of this data folder listen, started or not; makes the folder and its passwords once."""
    data_dir = data_dir.resolve()
    secrets = read_secrets(data_dir)
    sockets = homes.socket_folder(data_dir, secrets)
    return Addresses(
        database_url=postgres.url(postgres.APP, secrets.app_password, sockets),
        owner_url=postgres.url(postgres.OWNER, secrets.owner_password, sockets),
        redis_url=valkey.url(secrets.redis_password, sockets),
        socket_dir=sockets,
        port=postgres.PORT,
        database=postgres.DATABASE,
        app_user=postgres.APP,
        app_password=secrets.app_password,
        owner_user=postgres.OWNER,
        owner_password=secrets.owner_password,
        redis_socket=valkey.socket(sockets),
        redis_password=secrets.redis_password,
    )


def start(data_dir: Path, *, database: bool = True, broker: bool = True) -> Addresses:
    """Start what is not up yet; any number of processes may ask at once."""
    data_dir = data_dir.resolve()
    found, home = addresses(data_dir), homes.find(data_dir)
    if (not database or postgres.is_ready(home)) and (not broker or valkey.server(home).answers()):
        return found
    with homes.locked(data_dir):
        homes.make(data_dir, home)
        if database:
            bring_up(postgres.server(home))
            postgres.furnish(home)
        if broker:
            bring_up(valkey.server(home))
    return found


def stop(data_dir: Path) -> None:
    """Stop both servers cleanly and wait until no process of theirs is left."""
    data_dir = data_dir.resolve()
    if not homes.exists(data_dir):
        return
    home = homes.find(data_dir)
    if not home.sockets.exists():
        return
    with homes.locked(data_dir):
        bring_down(valkey.server(home))
        bring_down(postgres.server(home))


def delete(data_dir: Path) -> None:
    """Stop the servers and delete what they keep: the database, the queue, the passwords. Other files of the folder stay."""
    data_dir = data_dir.resolve()
    if not homes.exists(data_dir):
        return
    home = homes.find(data_dir)
    stop(data_dir)
    shutil.rmtree(home.sockets, ignore_errors=True)
    for name in (homes.DATABASE_FOLDER, "postgres.new", "valkey", "programs"):
        shutil.rmtree(home.files / name, ignore_errors=True)
    if (data_dir / homes.DATABASE_FOLDER).is_symlink():
        (data_dir / homes.DATABASE_FOLDER).unlink()
    for pattern in ("*.running", "*.log*", "lock", homes.SECRETS_FILE):
        for file in (*home.files.glob(pattern), *data_dir.glob(pattern)):
            file.unlink(missing_ok=True)
    for folder in (home.files, data_dir):
        if folder.exists() and not any(folder.iterdir()):
            folder.rmdir()


def status(data_dir: Path) -> Status:
    data_dir = data_dir.resolve()
    if not homes.exists(data_dir):
        return Status(database=False, broker=False)
    home = homes.find(data_dir)
    return Status(database=postgres.server(home).answers(), broker=valkey.server(home).answers())
