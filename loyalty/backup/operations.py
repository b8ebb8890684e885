"""Making a backup of the whole installation, and putting one back."""

import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_bytes

from django.conf import settings
from django.db import connection, connections

from loyalty import embedded
from loyalty.environment import Environment, start_servers
from loyalty.protection.operations import protect
from loyalty.protection.queries import Lack

from . import database, manifest
from .manifest import DATABASE, FILES, SECRETS, Manifest, Part
from .sealed import SALT_BYTES, CannotOpen, Opened, Sealer, Stretching, opened

SHORTEST_PASSPHRASE = 12
# In the data folder, while a restore is not whole.
MARK = "restoring"


class CannotRestore(Exception):
    """One sentence that holds the cure."""


@dataclass(frozen=True)
class Keys:
    """Without them no sealed secret of an API key opens, and no session or link is valid."""

    secret_key: str = field(repr=False)
    fallbacks: list[str] = field(repr=False)


def back_up(folder: Path, passphrase: str, *, at: datetime) -> Manifest:
    """Write a backup while everybody works on; the folder is there whole or not at all.

    The database is that of one moment; the files follow it, so each that a row of it names is there, unless it was deleted since.
    Raises FileExistsError, and database.ToolFailed.
    """
    if folder.exists():
        raise FileExistsError(17, "exists already: name a new folder", str(folder))
    stretching = Stretching(token_bytes(SALT_BYTES))
    key, unfinished = stretching.key(passphrase), folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    try:
        parts = {
            SECRETS: _sealed(unfinished, SECRETS, key, _write_keys),
            DATABASE: _sealed(unfinished, DATABASE, key, lambda out: database.dump(settings.ENV, out)),
            FILES: _sealed(unfinished, FILES, key, lambda out: _write_files(Path(settings.MEDIA_ROOT), out)),
        }
        found = Manifest(at.isoformat(), stretching, parts)
        found.write(unfinished)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return found


def _sealed(folder: Path, part: str, key: bytes, write: Callable[[Sealer], None]) -> Part:
    file = manifest.path(folder, part)
    with file.open("wb") as out:
        sealer = Sealer(out, key, part)
        write(sealer)
        sealer.finish()
        out.flush()
        os.fsync(out.fileno())
    return manifest.summed(file)


def _write_keys(out: Sealer) -> None:
    document = {"secret_key": settings.SECRET_KEY, "fallbacks": list(settings.SECRET_KEY_FALLBACKS)}
    out.write(json.dumps(document).encode())


def _write_files(root: Path, out: Sealer) -> None:
    with tarfile.open(fileobj=out, mode="w|") as archive:
        for file in sorted(root.rglob("*")) if root.exists() else ():
            try:
                archive.add(file, arcname=str(file.relative_to(root)), recursive=False)
            except FileNotFoundError:
                continue  # deleted meanwhile, as the files of an erased customer are


def read_keys(folder: Path, passphrase: str) -> tuple[Manifest, bytes, Keys]:
    """What opens the rest. Raises NotABackup, and CannotRestore for another passphrase."""
    found = manifest.read(folder)
    manifest.check(folder, found)
    try:
        key = found.stretching.key(passphrase)
        with manifest.path(folder, SECRETS).open("rb") as file:
            document = json.loads(b"".join(opened(file, key, SECRETS)))
    except CannotOpen:
        raise CannotRestore("The passphrase does not open this backup: give the one under which it was made.") from None
    return found, key, Keys(document["secret_key"], document["fallbacks"])


def restore(folder: Path, passphrase: str) -> tuple[Manifest, list[Lack]]:
    """Restore a backup into an empty place. Returns the protections that are missing there: none, unless its roles differ.

    The database comes last, in one transaction. Until all is done a mark stays in the data folder, and `serve` refuses.
    """
    environment: Environment = settings.ENV
    found, key, keys = read_keys(folder, passphrase)
    start_servers(environment)
    mark = environment.data_dir / MARK
    _check_empty(environment, begun=mark.exists())
    _check_keys(environment, keys)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch(mode=0o600)
    if _has_own_key(environment):
        embedded.replace_secret_key(environment.data_dir, keys.secret_key)
    _restore_files(folder, key)
    with manifest.path(folder, DATABASE).open("rb") as file:
        database.restore(environment, opened(file, key, DATABASE))
    connections.close_all()
    left = protect()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a dump brings no statistics, and the first requests would be planned without
    return found, left


def finish(data_dir: Path) -> None:
    (data_dir / MARK).unlink(missing_ok=True)


def is_half_restored(data_dir: Path) -> bool:
    return (data_dir / MARK).exists()


def _check_empty(environment: Environment, *, begun: bool) -> None:
    if not database.is_empty():
        raise CannotRestore(
            "The database holds tables already: restore into an empty one, or set LOYALTY_DATA_DIR to a new folder."
        )
    root = Path(settings.MEDIA_ROOT)
    if begun:
        shutil.rmtree(root, ignore_errors=True)  # left by an attempt that did not get as far as the database
    elif root.exists() and any(root.iterdir()):
        raise CannotRestore(f"{root} holds files already: restore into an empty place, or set LOYALTY_DATA_DIR.")


def _has_own_key(environment: Environment) -> bool:
    """Whether the key is the data folder's own, generated a moment ago: it has sealed nothing yet."""
    return environment.embedded_database and not os.environ.get("SECRET_KEY", "").strip()


def _check_keys(environment: Environment, keys: Keys) -> None:
    known = {*environment.secret_key_fallbacks} | (set() if _has_own_key(environment) else {environment.secret_key})
    needed = {*keys.fallbacks} | (set() if _has_own_key(environment) else {keys.secret_key})
    if not needed <= known:
        raise CannotRestore(
            "SECRET_KEY or SECRET_KEY_FALLBACKS differ from those of the backup, and no sealed secret would open: have them written"
            " to a file with `manage.py restore FOLDER --keys-to FILE`, set them, then restore."
        )


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Files and folders, all inside of it. Python before 3.11.4, which Debian 12 has, knows no filters."""
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    for member in archive:
        target = (folder / member.name).resolve()
        if not (member.isreg() or member.isdir()) or not target.is_relative_to(folder.resolve()):
            raise tarfile.TarError(f"{member.name!r} is no file inside of the folder")
        archive.extract(member, folder)


def _restore_files(folder: Path, key: bytes) -> None:
    root = Path(settings.MEDIA_ROOT)
    unfinished = root.with_name(f"{root.name}.{MARK}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    with manifest.path(folder, FILES).open("rb") as file:
        content = io.BufferedReader(Opened(file, key, FILES))
        with tarfile.open(fileobj=content, mode="r|") as archive:
            _extract(archive, unfinished)
    shutil.rmtree(root, ignore_errors=True)
    unfinished.rename(root)
