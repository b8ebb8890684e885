"""Wakes the worker that recalculates levels."""

from loyalty.timers import wake

TASK = "loyalty.tiers.recalculation.tasks.recalculate"


def wake_workers() -> None:
    """Once the open transaction is committed."""
    wake(TASK)
