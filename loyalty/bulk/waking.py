"""Wakes the worker of a bulk request, and of its callback."""

from loyalty.timers import wake

TASK = "loyalty.bulk.tasks.run_request"
CALLBACKS = "loyalty.bulk.callbacks.tasks.call_back"


def wake_workers(request_id: int) -> None:
    """Once the open transaction is committed."""
    wake(TASK, request_id=request_id)


def wake_callback(callback_id: int) -> None:
    """Once the open transaction is committed."""
    wake(CALLBACKS, callback_id=callback_id)
