"""Password hashes: their cost, and how many are computed at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.hashers import Argon2PasswordHasher

# Of the threads of a process at most two are held by passwords, and none for longer than this many seconds. One more may
# be held for browsers that people are known by: strangers, who can fill the others at will, keep nobody of them out.
AT_ONCE, WAITING, RESERVED, PATIENCE = 1, 1, 1, 2.0
_is_known: ContextVar[bool] = ContextVar("is_known", default=False)


class TooManyHashes(Exception):
    """So many passwords are being checked that this one would have to wait: try again in a moment."""


@contextmanager
def for_known_person(*, is_known: bool = True) -> Iterator[None]:
    """Passwords that are checked inside come from a known browser, or from somebody who is logged in."""
    before = _is_known.set(is_known)
    try:
        yield
    finally:
        _is_known.reset(before)


class _Gate:
    """Lets so many in at once; a few may wait, for a moment, and everybody else is turned away."""

    def __init__(self) -> None:
        self._places, self._queue = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(AT_ONCE + WAITING)
        self._reserved = threading.BoundedSemaphore(RESERVED)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises TooManyHashes."""
        queue = self._admitted()
        try:
            if not self._places.acquire(timeout=PATIENCE):
                raise TooManyHashes
            try:
                yield
            finally:
                self._places.release()
        finally:
            queue.release()

    def _admitted(self) -> threading.Semaphore:
        queues = (self._queue, self._reserved) if _is_known.get() else (self._queue,)
        found = next((queue for queue in queues if queue.acquire(blocking=False)), None)
        if found is None:
            raise TooManyHashes
        return found


gate = _Gate()


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id with the parameters that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, twice, one lane.

    Django's own take 100 MiB on eight lanes: a handful of strangers at the log-in page would stop everything else.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with gate.turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with gate.turn():
            return super().verify(password, encoded)
