"""Wakes the worker of an import."""

from loyalty.timers import wake

TASK = "loyalty.transfer.tasks.run_import"


def wake_workers(job_id: int) -> None:
    """Once the open transaction is committed."""
    wake(TASK, job_id=job_id)
