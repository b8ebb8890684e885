"""What differs between machines, read from the environment in one place. A wrong value is one sentence with its cure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import psycopg
from environs import Env, EnvError
from psycopg.conninfo import conninfo_to_dict
from redis.connection import UnixDomainSocketConnection, parse_url

from loyalty import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
PORT_OF_POSTGRESQL = 5432
MOST_PROXIES = 9
SECRET_KEY_LENGTH = 32
CODE_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?")
CODE_TOKEN = re.compile(r"[!-~]{1,4096}")
# What sample keys of tutorials and templates are made of.
SAMPLES = (
    "insecure",
    "change-me",
    "changeme",
    "change_me",
    "example",
    "sample",
    "your-secret",
    "your_secret",
    "secret-key",
    "secret_key",
)
SECRET_KEY_CURE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"  # noqa: S105 - a sentence


class BadEnvironment(Exception):
    """One sentence that names the variable and holds the cure."""


@dataclass(frozen=True)
class Environment:
    data_dir: Path
    host: str
    port: int
    time_zone: str
    https: bool
    # How many proxies stand between the clients and this server.
    trusted_proxies: int
    secret_key: str = field(repr=False)
    # Keys of before: what they sealed or signed still opens.
    secret_key_fallbacks: list[str] = field(repr=False)
    database_url: str = field(repr=False)
    database_owner_url: str | None = field(repr=False)
    redis_url: str = field(repr=False)
    embedded_database: bool
    embedded_redis: bool
    pooled_database: bool
    # Systems that may be asked for codes of coupons, as host or host:port; what they know this one by: of a pool, or under ""
    # of all; and whether http://127.0.0.1 may be asked, in development.
    code_hosts: frozenset[str] = frozenset()
    code_tokens: dict[str, str] = field(default_factory=dict, repr=False)
    code_http: bool = False
    # Hosts beside the public ones that may be told that a bulk request is done.
    callback_hosts: frozenset[str] = frozenset()
    # Empty: no e-mails are sent.
    email_url: str = field(default="", repr=False)
    email_from: str = ""

    def database(self, role: str) -> dict[str, Any]:
        """Django's settings of the database for the role "owner" or "app"; without an owner's URL both are the same."""
        url = self.database_owner_url if role == "owner" and self.database_owner_url else self.database_url
        parts = conninfo_to_dict(url)
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        settings: dict[str, Any] = {setting: str(parts.pop(part, "")) for setting, part in names.items()}
        return {"ENGINE": "django.db.backends.postgresql", **settings, "OPTIONS": parts}

    @property
    def redis_url_for_celery(self) -> str:
        """The same address as Celery writes it, which differs for sockets."""
        parts: dict[str, Any] = parse_url(self.redis_url)
        if parts.get("connection_class") is not UnixDomainSocketConnection:
            return self.redis_url
        user, password = quote(parts.get("username") or "", safe=""), quote(parts.get("password") or "", safe="")
        return f"redis+socket://{user}:{password}@{parts['path']}?virtual_host={parts.get('db', 0)}"


def read() -> Environment:
    """Starts nothing; makes the data folder's passwords on the first call when something is embedded."""
    env = Env()
    data_dir = _data_dir(env)
    database_url, redis_url = _text(env, "DATABASE_URL"), _text(env, "REDIS_URL")
    owner_url = _text(env, "DATABASE_OWNER_URL")
    if owner_url and not database_url:
        raise BadEnvironment(
            "DATABASE_OWNER_URL is set without DATABASE_URL: set both, or neither for the embedded database."
        )
    for name, url in (("DATABASE_URL", database_url), ("DATABASE_OWNER_URL", owner_url)):
        _check_database_url(name, url)
    _check_redis_url(redis_url)
    secret_key = _secret_key(env, data_dir, embedded_database=not database_url)
    found = embedded.addresses(data_dir) if not (database_url and redis_url) else None
    return Environment(
        data_dir=data_dir,
        host=_text(env, "HOST") or "127.0.0.1",
        port=_port(env),
        time_zone=_time_zone(env),
        https=_flag(env, "HTTPS"),
        trusted_proxies=_proxies(env),
        secret_key=secret_key,
        secret_key_fallbacks=[key.strip() for key in _text(env, "SECRET_KEY_FALLBACKS").split(",") if key.strip()],
        database_url=database_url or (found.database_url if found else ""),
        database_owner_url=owner_url or (found.owner_url if found and not database_url else None),
        redis_url=redis_url or (found.redis_url if found else ""),
        embedded_database=not database_url,
        embedded_redis=not redis_url,
        pooled_database=_flag(env, "DATABASE_POOLED"),
        code_hosts=_hosts(env, "LOYALTY_CODE_HOSTS"),
        callback_hosts=_hosts(env, "LOYALTY_CALLBACK_HOSTS"),
        code_tokens=_code_tokens(env),
        code_http=_flag(env, "LOYALTY_CODE_HTTP"),
        email_url=_email_url(env),
        email_from=_text(env, "EMAIL_FROM") or "loyalty@localhost",
    )


def email_settings(url: str) -> dict[str, Any]:
    """Django's settings of the server that an address such as smtp+tls://user:password@host:587 names."""
    # Most installations send none, and read nothing of it.
    from environ import Env as EmailUrl

    found: dict[str, Any] = EmailUrl.email_url_config(url)
    return found


def _email_url(env: Env) -> str:
    """Never repeats the address, since a password may be in it."""
    url = _text(env, "EMAIL_URL")
    cure = "write it as EMAIL_URL=smtp+tls://user:password@host:587"
    if url:
        _check_url("EMAIL_URL", url, ("smtp://", "smtp+tls://", "smtp+ssl://", "consolemail://"), email_settings, cure)
    return url


def start_servers(environment: Environment) -> None:
    """Start whichever of the embedded servers this environment uses."""
    if environment.embedded_database or environment.embedded_redis:
        embedded.start(environment.data_dir, database=environment.embedded_database, broker=environment.embedded_redis)


def _text(env: Env, name: str) -> str:
    """Empty means unset, as Compose files pass it."""
    return env.str(name, "").strip()


def _data_dir(env: Env) -> Path:
    folder = BASE_DIR / Path(_text(env, "LOYALTY_DATA_DIR") or ".data").expanduser()
    if folder.exists() and not folder.is_dir():
        raise BadEnvironment(
            f"LOYALTY_DATA_DIR names {folder}, which is no folder: name a folder, or leave it out for .data/."
        )
    return folder.resolve()


def _port(env: Env) -> int:
    text = _text(env, "PORT")
    try:
        port = env.int("PORT") if text else 8000
    except EnvError:
        port = 0
    if not 1 <= port <= 65535:
        raise BadEnvironment(f"PORT is {text[:20]!r}: give a number from 1 to 65535, such as PORT=8000.")
    return port


def _proxies(env: Env) -> int:
    text = _text(env, "LOYALTY_TRUSTED_PROXIES") or "0"
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_PROXIES):
        cure = "give the number of proxies in front of this server, such as 1, or leave it out for none"
        raise BadEnvironment(f"LOYALTY_TRUSTED_PROXIES is {text[:20]!r}: {cure}.")
    return int(text)


def _time_zone(env: Env) -> str:
    name = _text(env, "TIME_ZONE") or "UTC"
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        cure = "give a name of the IANA list, such as TIME_ZONE=Europe/Budapest"
        raise BadEnvironment(f"TIME_ZONE is {name[:60]!r}, which is no time zone: {cure}.") from None
    return name


def _flag(env: Env, name: str) -> bool:
    text = _text(env, name)
    try:
        return bool(text) and env.bool(name)
    except EnvError:
        raise BadEnvironment(f"{name} is {text[:20]!r}: give true or false.") from None


def _several(env: Env, name: str) -> list[str]:
    return [one.strip() for one in _text(env, name).split(",") if one.strip()]


def _hosts(env: Env, name: str) -> frozenset[str]:
    found = _several(env, name)
    for host in found:
        if not CODE_HOST.fullmatch(host):
            cure = f"name hosts with commas between them, such as {name}=codes.example.com,10.0.0.5:8443"
            raise BadEnvironment(f"{name} names {host[:60]!r}, which is no host: {cure}.")
    return frozenset(host.lower() for host in found)


def _code_tokens(env: Env) -> dict[str, str]:
    """By the pool's ID; under "" that of all others. Never repeats one."""
    named = [one.partition("=") for one in _several(env, "LOYALTY_CODE_TOKENS")]
    found = {pool.strip(): token.strip() for pool, _, token in named}
    if common := _text(env, "LOYALTY_CODE_TOKEN"):
        found[""] = common
    if not all(CODE_TOKEN.fullmatch(token) for token in found.values()):
        cure = "write LOYALTY_CODE_TOKEN=token for all pools, or LOYALTY_CODE_TOKENS=pool=token,other=token"
        raise BadEnvironment(f"A token for codes is missing, or has other signs than visible ASCII: {cure}.")
    return found


def _secret_key(env: Env, data_dir: Path, *, embedded_database: bool) -> str:
    key = _text(env, "SECRET_KEY")
    if not key and not embedded_database:
        raise BadEnvironment(f"SECRET_KEY is missing, which DATABASE_URL needs beside it: {SECRET_KEY_CURE}")
    if key and (len(key) < SECRET_KEY_LENGTH or len(set(key)) < SECRET_KEY_LENGTH // 4):
        raise BadEnvironment(
            f"SECRET_KEY is too weak, it needs {SECRET_KEY_LENGTH} random characters: {SECRET_KEY_CURE}"
        )
    if any(word in key.lower() for word in SAMPLES):
        raise BadEnvironment(f"SECRET_KEY is a sample that others know, too: {SECRET_KEY_CURE}")
    return key or embedded.read_secrets(data_dir).secret_key


def _check_database_url(name: str, url: str) -> None:
    cure = f"write it as {name}=postgresql://user:password@host:5432/database"
    if url:
        _check_url(name, url, ("postgresql://", "postgres://"), conninfo_to_dict, cure)
        parts = conninfo_to_dict(url)
        if not str(parts.get("port", PORT_OF_POSTGRESQL)).isdigit():
            raise BadEnvironment(f"{name} holds a port that is no number: {cure}.")
        if not parts.get("dbname"):
            raise BadEnvironment(f"{name} names no database: {cure}.")


def _check_redis_url(url: str) -> None:
    cure = "write it as REDIS_URL=redis://:password@host:6379/0"
    if url:
        _check_url("REDIS_URL", url, ("redis://", "rediss://", "unix://"), parse_url, cure)


def _check_url(name: str, url: str, schemes: tuple[str, ...], parse: Callable[[str], Any], cure: str) -> None:
    """Never repeats the address, since a password may be in it."""
    try:
        if not url.startswith(schemes):
            raise ValueError("scheme")
        parse(url)
    except (ValueError, psycopg.Error):
        raise BadEnvironment(f"{name} is no address of the form {' or '.join(schemes)}…: {cure}.") from None
