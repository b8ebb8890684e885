"""What happens by the clock: each room contributes its timers."""

from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab

from .contributions import contributed


@dataclass(frozen=True)
class Timer:
    """A task without arguments, by its path, every so many seconds or at these times of the programme's zone."""

    name: str
    task: str
    schedule: float | crontab


def beat_schedule() -> dict[str, dict[str, Any]]:
    return {timer.name: {"task": timer.task, "schedule": timer.schedule} for timer in contributed(Timer)}
