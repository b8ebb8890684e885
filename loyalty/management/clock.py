"""Celery's beat as a thread of `serve`: a process of its own would take 90 MB for a clock."""

import logging
import threading
import time
from pathlib import Path

from celery.beat import Service

from loyalty.celery import app

from .supervisor import Pauses

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
