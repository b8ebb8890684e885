"""Taking a request in: at once, and the same one once. The work itself is in `working`."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from loyalty.engine.events import Actor
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .kinds import CALLBACK, BulkKind, Item
from .models import BulkCallback, BulkChunk, BulkRequest
from .queries import finished_before, request_of
from .rights import VIEW_BULK
from .waking import wake_workers

# A chunk holds the locks of its customers, for whom the tills wait.
CHUNK = 500
MAX_ITEMS = 100_000
# So long the errors of a request can be looked up, and its batch ID is taken.
KEPT = dt.timedelta(days=30)


class BatchTaken(Exception):
    """Another request has this batch ID."""


def no_url(batch: str) -> str:
    """Of requests that take no callback."""
    return ""


def accept(
    kind: BulkKind, target: str, items: Iterable[Item], *, by: Actor, at: dt.datetime,
    batch: str = "", options: Mapping[str, Any] | None = None, status_url: Callable[[str], str] = no_url,
) -> BulkRequest:  # fmt: skip
    """Keep the request, and wake a worker. What is named twice is worked on once. `status_url`: of a batch, what its callback
    names.

    With a `batch` the same request, sent again, is the one that there is. Raises BatchTaken for another request of that
    batch; ValueError for none or too many items, which the caller has bounded.
    """
    wanted = list({item.name: item for item in items}.values())
    if not 0 < len(wanted) <= MAX_ITEMS:
        raise ValueError(f"A request is about 1 to {MAX_ITEMS} items, not {len(wanted)}")
    made = BulkRequest(
        kind=kind.name, family=kind.family, target=target, batch=batch or uuid4().hex, options=dict(options or {}),
        fingerprint=_fingerprint(kind, target, wanted, options), items=len(wanted),
        source=by.source, api_key_id=by.api_key_id, staff_id=by.staff_id, created_at=at,
    )  # fmt: skip
    return _kept(made, wanted, status_url(made.batch))


def _kept(made: BulkRequest, items: Sequence[Item], status_url: str) -> BulkRequest:
    """Whoever sends the same batch at once waits for the first one, and finds it."""
    try:
        with transaction.atomic():
            made.save()
            BulkChunk.objects.bulk_create(_chunks(made, items))
            if url := made.options.get(CALLBACK):
                BulkCallback.objects.create(request=made, url=url, status_url=status_url)
            wake_workers(made.pk)
    except IntegrityError:
        found = request_of(made.family, made.batch)
        if found is None:
            raise
        if found.fingerprint != made.fingerprint:
            raise BatchTaken from None
        return found
    return made


def _chunks(request: BulkRequest, items: Sequence[Item]) -> Iterator[BulkChunk]:
    for start in range(0, len(items), CHUNK):
        some = items[start : start + CHUNK]
        values = [item.values for item in some] if any(item.values for item in some) else None
        yield BulkChunk(request=request, names=[item.name for item in some], values=values)


def _fingerprint(kind: BulkKind, target: str, items: Sequence[Item], options: Mapping[str, Any] | None) -> str:
    said = [kind.name, target, dict(options or {}), [[item.name, dict(item.values)] for item in items]]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def forget_old_requests(*, at: dt.datetime) -> int:
    """Requests that were done long ago go, with the names in their errors; how many."""
    found = finished_before(at - KEPT)
    number = found.count()
    found.delete()
    return number


@operation(right=VIEW_BULK, audit="bulk.download_errors")
def note_download(*, request: BulkRequest, by: Sender) -> Deed[None]:
    """That names were given out: what a request could not do is told with the customers' IDs."""
    return Deed(None, subject=f"bulk:{request.pk}", after={"errors": request.errors})
