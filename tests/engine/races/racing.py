"""Many clients at once, each with a connection of its own; a blocker lets every one read before any may write."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from loyalty.engine.events import Incoming
from tests.engine.world import rows, send

CLIENTS = 64


def waiting() -> int:
    """How many backends of this database wait for a lock."""
    rows("SELECT pg_stat_clear_snapshot()")  # a transaction sees the same backends throughout otherwise
    return int(
        rows(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND a.datname = current_database()"
        )[0][0]
    )


@contextmanager
def blocked(statement: str, until: int) -> Iterator[None]:
    """Hold what `statement` locks until so many wait."""
    with transaction.atomic():
        rows(statement)
        yield
        deadline = time.monotonic() + 30
        while waiting() < until and time.monotonic() < deadline:
            time.sleep(0.01)
        assert waiting() >= until


Result = int | None | Exception


def race(
    batches: list[list[Incoming]], blocker: str, prepare: Callable[[int], None] = lambda index: None
) -> list[Result]:
    """Each batch in a thread of its own; the codes of their last events, or what they raised."""
    results: list[Result] = [None] * len(batches)

    def run(index: int) -> None:
        try:
            prepare(index)
            error = send(*batches[index])[-1].error
            results[index] = error.code if error else None
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(batches))]
    with blocked(blocker, until=len(batches)):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


# Updates wait for it, reads and the locks of customers do not.
BALANCES = "LOCK TABLE points_balance IN SHARE MODE"
