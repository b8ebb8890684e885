"""Password hashes: their cost, and how many are computed at once."""

import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

# Of the threads of a process at most two are held by passwords, and none for longer than this many seconds.
AT_ONCE, WAITING, PATIENCE = 1, 1, 2.0


class TooManyHashes(Exception):
    """So many passwords are being checked that this one would have to wait: try again in a moment."""


class _Gate:
    """Lets so many in at once; a few may wait, for a moment, and everybody else is turned away."""

    def __init__(self) -> None:
        self._places, self._queue = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(AT_ONCE + WAITING)

    def __enter__(self) -> None:
        if not self._queue.acquire(blocking=False):
            raise TooManyHashes
        if not self._places.acquire(timeout=PATIENCE):
            self._queue.release()
            raise TooManyHashes

    def __exit__(self, *error: object) -> None:
        self._places.release()
        self._queue.release()


gate = _Gate()


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id with the parameters that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, twice, one lane.

    Django's own take 100 MiB on eight lanes: a handful of strangers at the log-in page would stop everything else.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with gate:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with gate:
            return super().verify(password, encoded)
