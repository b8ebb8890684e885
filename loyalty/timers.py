"""What happens by the clock: each room contributes its timers."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from celery.schedules import crontab

from .contributions import contributed

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
