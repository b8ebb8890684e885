"""Where images lie: in a folder of the data folder, under the digest of what they show. Backups take it along."""

import datetime as dt
import os
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from .pictures import Picture

NAME = r"[0-9a-f]{64}\.(?:png|jpg|webp)"


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "rewards"


def path_of(name: str) -> Path:
    """Raises ValueError for what is no name of an image."""
    if not re.fullmatch(NAME, name):
        raise ValueError(f"No name of an image: {name[:80]!r}")
    return folder() / name


def keep(picture: Picture) -> None:
    """It is there whole or not at all; one that is there already counts as new."""
    path = path_of(picture.name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(picture.content)
    unfinished.replace(path)


def delete_others(named: Collection[str], *, before: dt.datetime) -> int:
    """Of those that are not named, delete what was named last, or kept, before the instant; how many."""
    deleted, limit = 0, before.timestamp()
    for path in folder().iterdir() if folder().exists() else ():
        with suppress(FileNotFoundError):
            if path.name in named:
                os.utime(path)
            elif path.stat().st_mtime < limit:
                path.unlink()
                deleted += 1
    return deleted
