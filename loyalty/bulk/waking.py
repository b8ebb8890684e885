"""Wakes the worker of a bulk request."""

from loyalty.timers import wake

TASK = "loyalty.bulk.tasks.run_request"


def wake_workers(request_id: int) -> None:
    """Once the open transaction is committed."""
    wake(TASK, request_id=request_id)
