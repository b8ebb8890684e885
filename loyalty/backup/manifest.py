"""What stands openly in a backup: how it is made and the sums of its parts. Written last, so its presence says that all is there."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .sealed import Stretching

FORMAT = 1
NAME = "manifest.json"
SECRETS, DATABASE, FILES = PARTS = ("secrets", "database", "files")
LARGEST = 64 * 1024


class NotABackup(ValueError):
    """One sentence."""


@dataclass(frozen=True)
class Part:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    made_at: str
    stretching: Stretching
    parts: dict[str, Part]

    def write(self, folder: Path) -> None:
        document = {
            "format": FORMAT,
            "made_at": self.made_at,
            "scrypt": {"salt": self.stretching.salt.hex(), "cost": self.stretching.cost},
            "parts": {name: asdict(part) for name, part in self.parts.items()},
        }
        (folder / NAME).write_text(json.dumps(document, indent=2) + "\n")


def read(folder: Path) -> Manifest:
    """Raises NotABackup for whatever is not a whole backup of this format."""
    try:
        text = (folder / NAME).read_bytes()[:LARGEST]
    except OSError:
        raise NotABackup(f"{folder} holds no {NAME}: name the folder of a backup that was finished") from None
    try:
        return _from(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotABackup(f"{folder / NAME} is damaged: take another backup") from None


def _from(document: Any) -> Manifest:
    if document["format"] != FORMAT:
        raise ValueError
    parts = {
        name: Part(int(document["parts"][name]["bytes"]), str(document["parts"][name]["sha256"])) for name in PARTS
    }
    scrypt = document["scrypt"]
    return Manifest(str(document["made_at"]), Stretching(bytes.fromhex(scrypt["salt"]), int(scrypt["cost"])), parts)


def path(folder: Path, part: str) -> Path:
    return folder / f"{part}.sealed"


def summed(file: Path) -> Part:
    with file.open("rb") as content:
        return Part(file.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


def check(folder: Path, manifest: Manifest) -> None:
    """Raises NotABackup, naming the part that is missing or was changed, before anything is restored."""
    for name, part in manifest.parts.items():
        file = path(folder, name)
        if not file.is_file() or summed(file) != part:
            raise NotABackup(f"{file} is missing or damaged: take another backup")
