"""Where uploaded files lie: outside of what the web server hands out, under names that nobody can guess."""

import codecs
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from loyalty.transfer.reading.reader import OTHER_ENCODINGS, OTHER_FILES, UnreadableFile

MAX_SIZE = 1024**3
PIECE = 8 * 1024 * 1024


@dataclass(frozen=True)
class Stored:
    name: str
    sha256: str
    size: int


def path_of(stored_name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / stored_name


def store(pieces: Iterable[bytes]) -> Stored:
    """Write the file; nothing of it stays when it is refused.

    Raises UnreadableFile if it is too large, empty, or not UTF-8 from its begin to its end.
    """
    path = path_of(f"{secrets.token_hex(16)}.csv")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in _checked(pieces):
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


def _checked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, with the line ends of old Macs made the usual ones. What is no text at all the reader tells better."""
    decoder, lines, is_text, is_mac = codecs.getincrementaldecoder("utf-8")(), 1, True, False
    for number, piece in enumerate(pieces):
        if not number:
            is_text = not piece.startswith((*OTHER_ENCODINGS, *(beginning for beginning, _ in OTHER_FILES)))
            is_mac = b"\r" in piece and b"\n" not in piece
        if is_text:
            lines += _count_lines(decoder, piece, lines)
        yield piece.replace(b"\r", b"\n") if is_mac else piece
    if is_text:
        _count_lines(decoder, b"", lines, final=True)


def _count_lines(decoder: codecs.IncrementalDecoder, piece: bytes, before: int, *, final: bool = False) -> int:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError as error:
        line = before + error.object.count(b"\n", 0, error.start)
        raise UnreadableFile(
            f"The file is not UTF-8: line {line:,} has letters in another encoding. Save it as “CSV UTF-8”; nothing of it"
            " was imported."
        ) from None
    return piece.count(b"\n")


def check_untouched(stored_name: str, sha256: str, beat: Callable[[], None]) -> None:
    """A checkpoint means nothing in another file. `beat` is called after each piece. Raises UnreadableFile."""
    digest = hashlib.sha256()
    try:
        with path_of(stored_name).open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                beat()
    except FileNotFoundError:
        raise UnreadableFile("The uploaded file is gone from the server: upload it again.") from None
    if not hmac.compare_digest(digest.hexdigest(), sha256):
        raise UnreadableFile("The uploaded file was changed on the server: upload it again.")


def copy(stored_name: str) -> Iterator[bytes]:
    """The pieces of a stored file, to be stored once more. Raises UnreadableFile."""
    try:
        with path_of(stored_name).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except FileNotFoundError:
        raise UnreadableFile("The uploaded file is gone from the server: upload it again.") from None


def delete(stored_name: str) -> None:
    path_of(stored_name).unlink(missing_ok=True)
