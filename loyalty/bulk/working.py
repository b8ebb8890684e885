"""The work on a request: chunk after chunk, whoever does it, whenever a worker dies.

While a chunk is at work its transaction holds the request's row. A worker that dies lets go of it, and whoever comes
next finds the chunk as it was: its effects, its errors and its end are one transaction.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import OperationalError, transaction

from loyalty.intake.actors import bulk_request
from loyalty.refusals import Refused

from .enums import RequestStatus
from .kinds import BULK, CALLBACK, BulkKind, Item, Result, Work, kind_named
from .models import BulkCallback, BulkChunk, BulkError, BulkRequest
from .queries import is_due
from .waking import wake_callback

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
NOT_DONE = Refused(0, "This part of the request stopped the worker several times and was left out")
NO_KIND = Refused(0, "Requests of this type are not taken any more")


def work(*, request_id: int, now: Callable[[], datetime], seconds: float = float("inf")) -> bool:
    """Chunk after chunk for about so many seconds, or to the end; True if there is more to do.

    Does nothing while somebody else works on the request, or an earlier one about the same thing is open.
    """
    until = time.monotonic() + seconds
    while is_due(request_id) and _begin(request_id, now()):
        if not _retried(request_id, now):
            return False
        if time.monotonic() >= until:
            return True
    return False


@transaction.atomic
def _begin(request_id: int, at: datetime) -> bool:
    """Count the start, which a crash must not undo. False: somebody is at work, or nothing is to be done."""
    request = _locked(request_id)
    if request is None:
        return False
    request.attempts += 1
    request.status, request.started_at = RequestStatus.PROCESSING, request.started_at or at
    request.save(update_fields=["attempts", "status", "started_at"])
    return True


def _locked(request_id: int) -> BulkRequest | None:
    """The row, held until the transaction ends; None if it is held, or done."""
    found = BulkRequest.objects.filter(pk=request_id).exclude(status=RequestStatus.DONE)
    return found.select_for_update(skip_locked=True).first()


def _retried(request_id: int, now: Callable[[], datetime]) -> bool:
    """The next chunk; a deadlock with the tills has written nothing, and is tried again."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return _run_chunk(request_id, now)
        except OperationalError:
            if attempt == MAX_ATTEMPTS:
                raise
            time.sleep(0.05 * 2**attempt)
    raise AssertionError("the last attempt returns or raises")


@transaction.atomic
def _run_chunk(request_id: int, now: Callable[[], datetime]) -> bool:
    """True if more follow. The chunk is deleted last: whoever erases somebody holds the customer first."""
    request = _locked(request_id)
    if request is None:
        return False
    chunks = list(BulkChunk.objects.filter(request=request).order_by("id")[:2])
    at = now()
    if chunks:
        _apply(request, chunks[0], at)
        chunks[0].delete()
    request.attempts = 0
    if len(chunks) < 2:
        request.status, request.finished_at = RequestStatus.DONE, at
        if CALLBACK in request.options:
            _call_back(request, at)
    request.save(update_fields=["attempts", "done", "errors", "status", "finished_at"])
    return len(chunks) == 2


def _call_back(request: BulkRequest, at: datetime) -> None:
    callback = BulkCallback.objects.filter(request=request).first()
    if callback is not None:
        callback.due_at = at
        callback.save(update_fields=["due_at"])
        wake_callback(callback.pk)


def _apply(request: BulkRequest, chunk: BulkChunk, at: datetime) -> None:
    values = chunk.values or [{}] * len(chunk.names)
    items = [Item(name, said) for name, said in zip(chunk.names, values, strict=True) if name]
    results = _results(request, items, at) if items else []
    # Whom an erasure has struck out since the chunk was read is named no more; one that comes now waits for the errors.
    named = set(BulkChunk.objects.select_for_update().get(pk=chunk.pk).names)
    refused = [(item, one) for item, one in zip(items, results, strict=True) if one.error and item.name in named]
    BulkError.objects.bulk_create(_error(request, item, one) for item, one in refused)
    request.done += len(chunk.names)
    request.errors += len(refused)


def _results(request: BulkRequest, items: Sequence[Item], at: datetime) -> Sequence[Result]:
    kind = kind_named(request.kind)
    if kind is None or request.attempts > MAX_ATTEMPTS:
        log.error("bulk request %s: %d items were left out", request.pk, len(items))
        return [Result(error=NO_KIND if kind is None else NOT_DONE)] * len(items)
    return _done(kind, request, items, at)


def _done(kind: BulkKind, request: BulkRequest, items: Sequence[Item], at: datetime) -> Sequence[Result]:
    by = bulk_request(request.pk, request.source, BULK, api_key_id=request.api_key_id, staff_id=request.staff_id)
    return kind.apply(Work(request.target, request.options, items, by, at))


def _error(request: BulkRequest, item: Item, result: Result) -> BulkError:
    assert result.error is not None
    return BulkError(
        request=request, name=item.name, customer_id=result.customer_id,
        code=result.error.code, message=result.error.message,
    )  # fmt: skip
