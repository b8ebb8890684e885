"""A transaction around the engine's work: begun with its first conversation, ended with its last."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from django.db import connection
from psycopg.errors import LockNotAvailable

from loyalty.database.queue import Busy, queue

from .wire import Answer, Statement, Wire, limits

# The SQLSTATE of `require_new`, a function of the database.
KNOWN = "LY001"


class OuterTransaction:
    """Before anything else in the transaction, `guards` end it if anything is known of what is about to be done. Then
    `asks` asks what, and `check` is given the answers: it may raise, with nothing done yet. `names` are what both may
    have to wait for.

    The engine's first conversation brings the guards along, and the engine's last statements are `left` for `end`, so
    that a write takes two conversations. Whatever Django asks in between has the transaction begin, and sends what was left.
    """

    def __init__(
        self,
        wire: Wire,
        names: Sequence[object],
        *,
        guards: Sequence[Statement],
        asks: Sequence[Statement],
        check: Callable[[list[Answer]], None],
    ) -> None:
        self.wire, self.names, self.guards, self.asks, self.check = wire, names, guards, asks, check
        # Else a transaction is open already, which its owner ends.
        self.is_outermost = wire.is_idle
        self.left: list[Statement] = []
        self.has_begun = False
        # How many statements of the conversation are ours.
        self._ours = 0

    @contextmanager
    def entered(self) -> Iterator[None]:
        token = _current.set(self)
        try:
            with connection.execute_wrapper(self._before_django):
                yield
        finally:
            _current.reset(token)

    def run(self, *statements: Statement, names: Sequence[object] = ()) -> list[Answer]:
        """Raises what `check` raises, Busy and psycopg's errors; of these, `Waited` if it was for our own names."""
        if not self.has_begun:
            return self._begin(statements, names)
        left, self.left = self.left, []
        return self.wire.run([*left, *statements])[len(left) :]

    def _begin(self, statements: Sequence[Statement], names: Sequence[object]) -> list[Answer]:
        begin = Statement("BEGIN" if self.is_outermost else "SAVEPOINT outer_transaction")
        try:
            with queue.turn([*self.names, *names]) as patience:
                return self._first([begin, *limits(patience)], statements)
        except Busy as error:
            if error.names.isdisjoint(self.names):
                raise
            raise Waited from error
        except LockNotAvailable as error:
            if self.wire.failed_at >= self._ours:
                raise
            raise Waited from error

    def _first(self, begin: Sequence[Statement], statements: Sequence[Statement]) -> list[Answer]:
        if self.guards:
            try:
                ours = [*begin, *self.guards]
                return self._ask(ours, statements)[len(ours) :]
            except psycopg.Error as error:
                if error.sqlstate != KNOWN:
                    raise
                self.roll_back()
        self.check(self._ask([*begin, *self.asks], [])[len(begin) :])
        return self._ask([], statements)

    def _ask(self, ours: Sequence[Statement], others: Sequence[Statement]) -> list[Answer]:
        self.has_begun, self._ours = True, len(ours)
        return self.wire.run([*ours, *others])

    def roll_back(self) -> None:
        """To before it began."""
        self.left.clear()
        if self.has_begun and not self.wire.is_idle:
            self.wire.run([Statement("ROLLBACK" if self.is_outermost else "ROLLBACK TO SAVEPOINT outer_transaction")])
        self.has_begun = False

    def end(self, *statements: Statement) -> None:
        self.run(*statements, Statement("COMMIT" if self.is_outermost else "RELEASE SAVEPOINT outer_transaction"))

    def instead(self, *statements: Statement) -> None:
        """Take back what has been done, and do this."""
        self.roll_back()
        if statements:
            self.wire.run([Statement("BEGIN"), *statements, Statement("COMMIT")] if self.is_outermost else statements)

    def _before_django(self, execute: Callable[..., Any], *args: Any) -> Any:
        if self.left or not self.has_begun:
            self.run()
        return execute(*args)


class Waited(Exception):
    """Somebody else has had one of the names for long."""


_current: ContextVar[OuterTransaction | None] = ContextVar("outer_transaction", default=None)


def current_outer() -> OuterTransaction | None:
    """What this thread is in."""
    return _current.get()
