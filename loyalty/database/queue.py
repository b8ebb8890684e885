"""Who of this process waits for the locks of which customers: those who wait must leave threads for everybody else.

Each process sees to its own, so it needs nobody else for it: while a lock is not to be had, one thread asks for it and
the others are refused at once.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

# How many threads of a process may wait out its patience; a web process has four.
PLACES = 1
# How long the others wait, in seconds: as writers of one customer do whose turns come by.
SHORT = 0.25
# Names that nobody waits for are forgotten when there are so many.
MOST_STUCK = 1_000


class Busy(OperationalError):
    """Somebody holds `names`, the customer's for instance, for long, and another thread of this process waits already."""

    def __init__(self, names: frozenset[object]) -> None:
        super().__init__("Others wait for the same customer")
        self.names = names


def is_locked(error: BaseException) -> bool:
    """Whether it says that a lock was not to be had in time."""
    return isinstance(error, Busy) or isinstance(error.__cause__, LockNotAvailable)


class Queue:
    """Of one process. `names` are what is going to be locked: identities, business keys."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        # Name → how many threads are on their way to its lock.
        self._entered: dict[object, int] = {}
        # Names whose lock was not to be had the last time.
        self._stuck: set[object] = set()
        self._long = 0

    @contextmanager
    def turn(self, names: Sequence[object]) -> Iterator[float | None]:
        """While the locks are asked for: how many seconds this thread may wait, None for as long as the process does.

        Raises Busy."""
        if not settings.LOYALTY_THREADED:
            yield None
            return
        is_long = self._enter(names)
        try:
            yield None if is_long else SHORT
        except LockNotAvailable:
            with self._mutex:
                if len(self._stuck) >= MOST_STUCK:
                    self._stuck &= self._entered.keys()
                self._stuck.update(names)
            raise
        else:
            with self._mutex:
                self._stuck.difference_update(names)
        finally:
            self._leave(names, is_long=is_long)

    def _enter(self, names: Sequence[object]) -> bool:
        with self._mutex:
            is_first = not any(name in self._entered for name in names)
            if not is_first and (stuck := self._stuck.intersection(names)):
                raise Busy(frozenset(stuck))
            is_long = is_first and self._long < PLACES
            self._long += is_long
            for name in names:
                self._entered[name] = self._entered.get(name, 0) + 1
            return is_long

    def _leave(self, names: Sequence[object], *, is_long: bool) -> None:
        with self._mutex:
            self._long -= is_long
            for name in names:
                self._entered[name] -= 1
                if not self._entered[name]:
                    del self._entered[name]


queue = Queue()
