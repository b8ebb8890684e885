"""What workers do: by the clock, as each room contributes its timers, and as soon as somebody wakes one."""

import logging
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from celery import current_app
from celery.schedules import crontab
from django.db import transaction
from kombu.exceptions import OperationalError

from .contributions import contributed

log = logging.getLogger(__name__)
# The queue of tasks that may take minutes or hours, which has workers of its own: nothing short waits for them.
LONG = "long"


@dataclass(frozen=True)
class Timer:
    """A task without arguments, by its path, every so many seconds or at these times of the programme's zone."""

    name: str
    task: str
    schedule: float | crontab
    # Whether a run may take minutes or hours.
    is_long: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """One that comes every few seconds is worth nothing once the next one is due: they do not pile up."""
        return {} if isinstance(self.schedule, crontab) else {"expires": self.schedule}


@dataclass(frozen=True)
class LongTask:
    """A task that may take minutes or hours and that no timer names."""

    task: str


def route(name: str, *args: object, **more: object) -> dict[str, str] | None:
    """Of Celery: which queue a task goes into. By name, since whoever wakes a worker may not import what it does."""
    return {"queue": LONG} if name in _long_tasks() else None


@cache
def _long_tasks() -> frozenset[str]:
    return frozenset(
        [timer.task for timer in contributed(Timer) if timer.is_long] + [one.task for one in contributed(LongTask)]
    )


def beat_schedule() -> dict[str, dict[str, Any]]:
    return {
        timer.name: {"task": timer.task, "schedule": timer.schedule, "options": timer.options}
        for timer in contributed(Timer)
    }


def wake(task: str, **arguments: int) -> None:
    """Queue the task, by its path, once the open transaction is committed. A hint only: its timer finds what gets lost here."""
    transaction.on_commit(partial(_send, task, arguments))


def _send(task: str, arguments: dict[str, int]) -> None:
    try:
        current_app.send_task(task, kwargs=arguments, retry=False)
    except OperationalError:
        log.warning("The queue is down: %s %s runs when its timer comes.", task, arguments)
