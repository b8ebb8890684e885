"""Streams of any length under a passphrase, in little memory.

scrypt makes the key of a backup, HKDF one of it for each part, AES-256-GCM seals a chunk at a time. A nonce is the number of its chunk and
whether that is the last, so a chunk that was changed, moved, left out or cut off at the end is noticed (the STREAM construction).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

CHUNK, TAG = 1024 * 1024, 16
KEY_BYTES, SALT_BYTES = 32, 16
# 128 MiB and some tenths of a second for each guess.
COST, BLOCK, PARALLEL = 2**17, 8, 1
MOST_COST = 2**20


class CannotOpen(ValueError):
    """The passphrase is another one, or the part is damaged."""


@dataclass(frozen=True)
class Stretching:
    """How the passphrase becomes a key; stands openly beside the parts."""

    salt: bytes
    cost: int = COST

    def key(self, passphrase: str) -> bytes:
        """Raises CannotOpen for a cost that no backup has: a manifest may not use up the memory."""
        if not 2 <= self.cost <= MOST_COST:
            raise CannotOpen
        scrypt = Scrypt(salt=self.salt, length=KEY_BYTES, n=self.cost, r=BLOCK, p=PARALLEL)
        return scrypt.derive(passphrase.encode())


def _cipher(key: bytes, part: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=part.encode()).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealer(io.RawIOBase):
    """Takes what is to be sealed; whole only once it was closed. The file stays open."""

    def __init__(self, file: BinaryIO, key: bytes, part: str) -> None:
        self.put, self.cipher, self.part = file, _cipher(key, part), part.encode()
        self.number, self.pending = 0, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        self.pending += data
        # One is always kept, since it may be the last.
        while len(self.pending) > CHUNK:
            self._seal(bytes(self.pending[:CHUNK]), last=False)
            del self.pending[:CHUNK]
        return len(data)

    def finish(self) -> None:
        self._seal(bytes(self.pending), last=True)
        self.pending.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self.put.write(self.cipher.encrypt(_nonce(self.number, last=last), chunk, self.part))
        self.number += 1


def opened(file: BinaryIO, key: bytes, part: str) -> Iterator[bytes]:
    """The chunks, each known to be right. Raises CannotOpen at the first that is not."""
    cipher, number, chunk = _cipher(key, part), 0, file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, part.encode())
        except InvalidTag:
            raise CannotOpen from None
        if not following:
            return
        number, chunk = number + 1, following


class Opened(io.RawIOBase):
    """The same as a file to read from."""

    def __init__(self, file: BinaryIO, key: bytes, part: str) -> None:
        self.chunks, self.left = opened(file, key, part), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while not self.left:
            following = next(self.chunks, None)
            if following is None:
                return 0
            self.left = following
        taken = self.left[: len(buffer)]
        buffer[: len(taken)] = taken
        self.left = self.left[len(taken) :]
        return len(taken)
