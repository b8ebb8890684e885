"""Requests, how far they are, and what they could not do."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from .enums import CallbackStatus, RequestStatus
from .models import BulkCallback, BulkError, BulkRequest


def requests(*, family: str = "") -> QuerySet[BulkRequest]:
    found = BulkRequest.objects.all()
    return found.filter(family=family) if family else found


def request_of(family: str, batch: str) -> BulkRequest | None:
    return BulkRequest.objects.filter(family=family, batch=batch).first()


def errors_of(request: BulkRequest) -> QuerySet[BulkError]:
    return BulkError.objects.filter(request=request)


def errors_between(request: BulkRequest, start: int, stop: int) -> Sequence[BulkError]:
    """In the order of the request."""
    return list(errors_of(request).order_by("id")[start:stop])


def due_requests() -> list[int]:
    """Those that can be worked on, in their order."""
    return list(_due().order_by("id").values_list("id", flat=True))


def is_due(request_id: int) -> bool:
    return _due().filter(pk=request_id).exists()


def _due() -> QuerySet[BulkRequest]:
    """Of the open requests about one thing the first, so that they act in their order."""
    same = _open().filter(family=OuterRef("family"), target=OuterRef("target"))
    return _open().exclude(Exists(same.filter(id__lt=OuterRef("id"))))


def _open() -> QuerySet[BulkRequest]:
    return BulkRequest.objects.exclude(status=RequestStatus.DONE)


def next_about(request: BulkRequest) -> int | None:
    """The request that waits for this one to be done."""
    waiting = _open().filter(family=request.family, target=request.target)
    return waiting.filter(id__gt=request.pk).order_by("id").values_list("id", flat=True).first()


def due_callbacks(at: dt.datetime) -> list[int]:
    """The oldest ones, so many as half a minute may be enough for."""
    found = BulkCallback.objects.filter(status=CallbackStatus.WAITING, due_at__lte=at).order_by("due_at")
    return list(found.values_list("id", flat=True)[:200])


def finished_before(at: dt.datetime) -> QuerySet[BulkRequest]:
    return BulkRequest.objects.filter(status=RequestStatus.DONE, finished_at__lt=at)
