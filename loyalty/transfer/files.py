"""Where uploaded files lie: outside of what the web server hands out, under names that nobody can guess."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from .reader import UnreadableFile

MAX_SIZE = 1024**3


@dataclass(frozen=True)
class Stored:
    name: str
    sha256: str
    size: int


def path_of(stored_name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / stored_name


def store(pieces: Iterable[bytes]) -> Stored:
    """Write the file; nothing of it stays when it is refused. Raises UnreadableFile if it is too large or empty."""
    path = path_of(f"{secrets.token_hex(16)}.csv")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > MAX_SIZE:
                    raise UnreadableFile("The file is larger than 1 GB: split it, with the header in each part.")
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise UnreadableFile("The file is empty.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(path.name, digest.hexdigest(), size)


def check_untouched(stored_name: str, sha256: str) -> None:
    """A checkpoint means nothing in another file. Raises UnreadableFile."""
    try:
        with path_of(stored_name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise UnreadableFile("The uploaded file is gone from the server: upload it again.") from None
    if found != sha256:
        raise UnreadableFile("The uploaded file was changed on the server: upload it again.")


def delete(stored_name: str) -> None:
    path_of(stored_name).unlink(missing_ok=True)
