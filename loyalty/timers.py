"""What happens by the clock: each room contributes its timers."""

from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab

from .contributions import contributed

# The queue of tasks that may take minutes or hours, which has workers of its own: nothing short waits for them.
LONG = "long"


# By name, since whoever wakes a worker may not import what it does.
LONG_TASKS = frozenset(
    {
        "customers.life.tasks.record_birthdays",
        "customers.life.tasks.record_anniversaries",
        "events.orders.tasks.accept_orders",
        "loyalty.points.orders.tasks.accept_pending",
        "loyalty.points.expiry.tasks.expire",
        "loyalty.tiers.expiry.tasks.expire",
        "loyalty.tiers.expiry.tasks.announce",
        "loyalty.tiers.recalculation.tasks.recalculate",
        "loyalty.transfer.tasks.run_import",
        "loyalty.verify.tasks.verify",
    }
)


def route(name: str, *args: object, **more: object) -> dict[str, str] | None:
    """Of Celery: which queue a task goes into."""
    return {"queue": LONG} if name in LONG_TASKS else None


@dataclass(frozen=True)
class Timer:
    """A task without arguments, by its path, every so many seconds or at these times of the programme's zone."""

    name: str
    task: str
    schedule: float | crontab

    @property
    def options(self) -> dict[str, Any]:
        """One that comes every few seconds is worth nothing once the next one is due: they do not pile up."""
        return {} if isinstance(self.schedule, crontab) else {"expires": self.schedule}


def beat_schedule() -> dict[str, dict[str, Any]]:
    return {
        timer.name: {"task": timer.task, "schedule": timer.schedule, "options": timer.options}
        for timer in contributed(Timer)
    }
