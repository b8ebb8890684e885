"""What looks after time and servers: Celery's beat and the keepers of the embedded servers, as threads of one child."""

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import parent_process
from pathlib import Path

from celery.beat import Service

from loyalty.celery import app

from .child import SIGNALS
from .supervisor import GRACE_SECONDS, Pauses, Server

log = logging.getLogger("loyalty.serve")
# How long it may sleep: so long its end may take.
LONGEST_SLEEP = 1


class Clock:
    """It goes on whatever happens: what a tick raises is told, and the clock begins again after a pause."""

    def __init__(self, schedule: Path) -> None:
        self.schedule = schedule
        self._ending = threading.Event()
        self._service: Service | None = None
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def __enter__(self) -> "Clock":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """What it knows of its last runs is written down."""
        self._ending.set()
        if self._service:
            self._service.stop()
        self._thread.join(3 * LONGEST_SLEEP)

    def _run(self) -> None:
        app.set_current()
        pauses = Pauses()
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                self._service = Service(app, max_interval=LONGEST_SLEEP, schedule_filename=str(self.schedule))
                self._service.start()
            except Exception:
                pause = pauses.after(time.monotonic() - began)
                log.exception("beat ended: started again in %.1f s", pause)
                self._ending.wait(pause)


@contextmanager
def _only_one(schedule: Path) -> Iterator[None]:
    """A clock of a `serve` that was killed ends within seconds; until it has, nobody else's ticks."""
    with schedule.with_suffix(".lock").open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


def keep(schedule: Path, servers: Sequence[Server]) -> None:
    """Until a signal, or until whoever has started it is gone: the next `serve` has a clock of its own."""
    parent, ending = parent_process(), threading.Event()
    assert parent
    for number in SIGNALS:
        signal.signal(number, lambda *_: ending.set())
    keepers = [threading.Thread(target=server.keep_up, args=(ending,), daemon=True) for server in servers]
    for keeper in keepers:
        keeper.start()
    with _only_one(schedule), Clock(schedule):
        while os.getppid() == parent.pid and not ending.wait(LONGEST_SLEEP):
            pass
    ending.set()
    for keeper in keepers:
        keeper.join(GRACE_SECONDS)
