"""Several prepared statements in one round trip, through psycopg's `pq` layer.

psycopg's own pipeline waits at each statement and Django's cursor binds on the client: either costs more per event than
the engine's rules do.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from psycopg import errors, generators, pq
from psycopg.abc import Transformer as AnyTransformer
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

PlanKey = tuple[str, tuple[int, ...]]
Answer = list[tuple[Any, ...]]
# The errors of a plan from before a migration, and of one that somebody else has let go.
STALE_PLAN = {b"0A000", b"26000"}
# What another attempt at the whole transaction may well not meet.
RETRIED = (
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.FeatureNotSupported,
    errors.InvalidSqlStatementName,
)


def may_retry(error: DatabaseError) -> bool:
    """A deadlock aborts the whole transaction: who opened it must start again, not we in its middle."""
    return isinstance(error.__cause__, RETRIED) and not connection.in_atomic_block


# How long a plan is kept, in seconds: tables grow, and nobody tells the planner before autovacuum has looked at them.
PLANS_LAST = 60
# Each combination of columns that change and of values that are missing is a plan of its own.
MAX_PLANS = 500


class Statement(NamedTuple):
    """SQL with $1, $2, … and their values. Nothing from outside is ever part of the SQL."""

    sql: str
    params: Sequence[Any] = ()


class Wire:
    """One connection. Plans are kept on it, unless a pooler hands it out by transaction (`prepares` False)."""

    def __init__(self, raw: psycopg.Connection[Any], *, prepares: bool) -> None:
        self.raw = raw
        self.prepares = prepares
        self._plans: dict[PlanKey, bytes] = {}
        self._is_full = False
        self._planned_at = time.monotonic()
        # Which statement of the last conversation failed, if one did.
        self.failed_at = -1
        self._names: Iterator[bytes] = iter(b"engine_%d" % number for number in range(10**9))
        # One type for all integers: otherwise every mix of small and large ones is another plan.
        raw.adapters.register_dumper(int, Int8BinaryDumper)
        raw.adapters.register_dumper(int, Int8Dumper)
        # It keeps a dumper for each type of parameter and a loader for each type of column.
        self._transformer: AnyTransformer = Transformer(raw)

    def _forget(self) -> None:
        """The server lets go of the plans with the next conversation."""
        self._plans.clear()
        self._is_full = True

    @property
    def is_idle(self) -> bool:
        return self.raw.closed or self.raw.info.transaction_status == pq.TransactionStatus.IDLE

    def run(self, statements: Sequence[Statement]) -> list[Answer]:
        """Send the statements together; the rows that each of them answers. Raises the first error."""
        fresh: dict[PlanKey, bytes] = {}
        sends = list(self._tidied())
        # Where in the answers each statement's own one is: what is prepared first is answered, too.
        places: list[int] = []
        for statement in statements:
            sends += self._sends(statement, fresh)
            places.append(len(sends) - 1)
        answers = self._converse(sends, places)
        self._plans |= fresh
        return [self._rows(answers[place]) for place in places]

    def _tidied(self) -> Iterator[Callable[[], None]]:
        """What is said of plans before anything else."""
        if len(self._plans) > MAX_PLANS:
            self._forget()
        if self.raw.info.transaction_status == pq.TransactionStatus.INERROR:
            return
        if self._is_full:
            yield partial(self.raw.pgconn.send_query_params, b"DEALLOCATE ALL", ())
            self._is_full = False
        if self._plans and time.monotonic() > self._planned_at + PLANS_LAST:
            yield partial(self.raw.pgconn.send_query_params, b"DISCARD PLANS", ())
            self._planned_at = time.monotonic()

    def _sends(self, statement: Statement, fresh: dict[PlanKey, bytes]) -> Iterator[Callable[[], None]]:
        pgconn, params, transformer = self.raw.pgconn, statement.params, self._transformer
        # In the text form of an array each element is escaped, in Python.
        formats = [PyFormat.BINARY if isinstance(param, list) else PyFormat.AUTO for param in params]
        values = transformer.dump_sequence(params, formats)
        types, sent_as = tuple(transformer.types or ()), transformer.formats
        if not self.prepares:
            sql = statement.sql.encode()
            yield partial(pgconn.send_query_params, sql, values, types, sent_as, pq.Format.BINARY)
            return
        key = (statement.sql, types)
        name = self._plans.get(key) or fresh.get(key)
        if name is None:
            name = fresh[key] = next(self._names)
            yield partial(pgconn.send_prepare, name, statement.sql.encode(), types)
        yield partial(pgconn.send_query_prepared, name, values, sent_as, pq.Format.BINARY)

    def _rows(self, answer: pq.abc.PGresult) -> Answer:
        if not answer.nfields:
            return []
        self._transformer.set_pgresult(answer, set_loaders=True)
        return self._transformer.load_rows(0, answer.ntuples, tuple)

    def _converse(self, sends: Sequence[Callable[[], None]], places: Sequence[int]) -> list[pq.abc.PGresult]:
        pgconn = self.raw.pgconn
        pgconn.enter_pipeline_mode()
        try:
            answers = self.raw.wait(_send_and_fetch(pgconn, sends))
        except BaseException:
            # Interrupted between question and answer, by a time limit for instance: nobody can use this connection now.
            self.raw.close()
            raise
        finally:
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()
        for place, answer in enumerate(answers):
            if answer.status == pq.ExecStatus.FATAL_ERROR:
                self.failed_at = bisect_left(places, place)
                if answer.error_field(pq.DiagnosticField.SQLSTATE) in STALE_PLAN:
                    self._forget()
                raise psycopg.errors.error_from_result(answer)
        return answers


def limits(lock: float | None = None) -> list[Statement]:
    """What a transaction has to say of its patience: of `lock`, in seconds, if that is not the process's, and all of it
    over a pooler, whose connections come without."""
    told = settings.LOYALTY_PATIENCE.limits() if settings.ENV.pooled_database else {}
    if lock is not None:
        told["lock_timeout"] = str(round(lock * 1000))
    return [Statement("SELECT set_config($1, $2, true)", [name, value]) for name, value in told.items()]


def current_wire() -> Wire:
    """Of Django's connection in this thread."""
    connection.ensure_connection()
    raw = connection.connection
    found: Wire | None = raw.__dict__.get("engine_wire")
    if found is None:
        found = raw.engine_wire = Wire(raw, prepares=raw.prepare_threshold is not None)
    return found


def _send_and_fetch(pgconn: pq.abc.PGconn, sends: Sequence[Callable[[], None]]) -> Any:
    for send in sends:
        send()
    pgconn.pipeline_sync()
    yield from generators.send(pgconn)
    answers: list[pq.abc.PGresult] = []
    for _ in range(len(sends) + 1):
        answers += yield from generators.fetch_many(pgconn)
    # The last one is the synchronisation's.
    return answers[:-1]
