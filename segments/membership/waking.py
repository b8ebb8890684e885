"""Wakes the worker that computes segments."""

from loyalty.timers import wake

TASK = "segments.membership.tasks.compute_due"


def wake_workers() -> None:
    """Once the open transaction is committed."""
    wake(TASK)
