"""Telling whoever has sent a request that it is done."""

import datetime as dt
import json
import logging
from typing import Any

from django.db import transaction

from loyalty.bulk.enums import CallbackStatus
from loyalty.bulk.kinds import ATTRIBUTES
from loyalty.bulk.models import BulkCallback
from loyalty.http.outgoing import NoAnswer, post

from .addresses import fault_of_callback, may_call

log = logging.getLogger("loyalty.bulk")
# For looking the host up, connecting, and all of the answer.
SECONDS = 10.0
MOST_BYTES = 64 * 1024
# After each try that has failed; after the last one no more is made.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
HEADERS = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "loyalty"}


def send_callback(*, callback_id: int, at: dt.datetime) -> None:
    """If it is due. While it is sent no lock is held, and nobody else sends it: it is due again only after a pause."""
    found = _begin(callback_id, at)
    if found is None:
        return
    fault = _sent(found)
    if fault:
        log.warning("bulk request %d: the callback was not taken, try %d: %s", found.request_id, found.tries, fault)
    status = CallbackStatus.SENT if not fault else CallbackStatus.FAILED if found.tries > len(PAUSES) else None
    if status:
        BulkCallback.objects.filter(pk=found.pk, tries=found.tries).update(status=status, due_at=None)


@transaction.atomic
def _begin(callback_id: int, at: dt.datetime) -> BulkCallback | None:
    """Count the try, which a crash must not undo."""
    due = BulkCallback.objects.filter(pk=callback_id, status=CallbackStatus.WAITING, due_at__lte=at)
    found = due.select_related("request").select_for_update(of=("self",), skip_locked=True).first()
    if found is None:
        return None
    found.due_at = at + PAUSES[min(found.tries, len(PAUSES) - 1)]
    found.tries += 1
    found.save(update_fields=["tries", "due_at"])
    return found


def _sent(callback: BulkCallback) -> str:
    """Why it was not; empty if it was."""
    # Hosts may have been struck off the list since.
    if fault := fault_of_callback(callback.url):
        return f"the address {fault}"
    body = json.dumps(message_of(callback)).encode()
    try:
        found = post(
            callback.url,
            body,
            HEADERS,
            seconds=SECONDS,
            most_bytes=MOST_BYTES,
            may_ask=lambda address: may_call(callback.url, address),
        )
    except NoAnswer as error:
        return str(error)
    return "" if 200 <= found.status < 300 else f"the answer has the status {found.status}"


def message_of(callback: BulkCallback) -> dict[str, Any]:
    """What the address is sent: where to ask what became of it, and what the request said of itself."""
    request = callback.request
    attributes = request.options.get(ATTRIBUTES)
    return {
        "status": "success",
        "metadata": {"external_batch_id": request.batch, **({ATTRIBUTES: attributes} if attributes else {})},
        "payload": {
            "batch_id": request.batch,
            "batch_status": request.status,
            "number_of_customers": request.items,
            "number_of_errors": request.errors,
            "url": callback.status_url,
        },
    }
