"""Opt-out, ban and what follows: the places outside of the database, until each has given its receipt."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from unicodedata import normalize

from cryptography.fernet import InvalidToken
from django.db import connection, transaction
from django.db.models import QuerySet

from customers.models import Customer
from customers.rights import BAN_CUSTOMERS, LIFT_BANS, OPT_OUT_CUSTOMERS
from loyalty.engine.erasing import Search
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.programs import programs
from loyalty.engine.record import record_one
from loyalty.identifiers import forms, normal
from loyalty.intake.staff import staff_actor
from loyalty.sealing import Purpose, unseal
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .mechanism import BAN
from .models import Erasure, ErasureItem, Tombstone

log = logging.getLogger("loyalty.customers")
# A receipt that is open for longer is told of.
LATE = timedelta(days=1)
# So many people are looked for at once.
AT_ONCE = 200


class NotBanned(Exception):
    """No ban is on this ID."""


@operation(right=OPT_OUT_CUSTOMERS, audit="customer.opt_out")
def opt_out(customer: Customer, *, by: Sender) -> Deed[Erasure]:
    """Erase the customer for good. Raises Refused (160212: gone already), PermissionDenied."""
    return _deed(record_opt_out(customer, by=staff_actor(by), at=by.at))


@operation(right=BAN_CUSTOMERS, audit="customer.ban")
def ban(customer: Customer, reason: str, *, by: Sender) -> Deed[Erasure]:
    """The same, and the ID may not opt in until the ban is lifted; `reason` is one of BanReason."""
    return _deed(record_ban(customer, reason, by=staff_actor(by, BAN), at=by.at))


def _deed(erasure: Erasure) -> Deed[Erasure]:
    return Deed(erasure, customer_id=erasure.customer_id, subject=f"erasure:{erasure.reference}", reason=erasure.reason)


def record_opt_out(customer: Customer, *, by: Actor, at: datetime) -> Erasure:
    """The same for others than staff. Raises Refused."""
    return _leave(Incoming(customer.public_id, "opt_out", {}), by=by, at=at)


def record_ban(customer: Customer, reason: str, *, by: Actor, at: datetime) -> Erasure:
    """The same for others than staff, to whom BAN must be granted. Raises Refused."""
    return _leave(Incoming(customer.public_id, "ban", {"reason": reason}), by=by, at=at)


def _leave(event: Incoming, *, by: Actor, at: datetime) -> Erasure:
    outcome = record_one(event, by=by, at=at)
    assert outcome.state is not None
    return Erasure.objects.get(customer_id=outcome.state.customer.id)


@operation(right=LIFT_BANS, audit="customer.lift_ban")
def lift_ban(public_id: str, *, by: Sender) -> Deed[None]:
    """The ID, and what else named the same person, may opt in again, from nothing. Raises NotBanned."""
    with connection.cursor() as cursor:
        # An ID from before there was one form may have been erased as it was.
        cursor.execute("SELECT pseudonym('id', form) FROM unnest(%s::text[]) AS form", [_every_form(public_id)])
        pseudonyms = [pseudonym for (pseudonym,) in cursor.fetchall()]
    found = Tombstone.objects.filter(pseudonym__in=pseudonyms, banned=True).first()
    if found is None:
        raise NotBanned
    same = Tombstone.objects.filter(customer=found.customer_id) if found.customer_id else Tombstone.objects.none()
    (same | Tombstone.objects.filter(pseudonym=found.pseudonym)).update(banned=False)
    log.info("A ban was lifted by staff %s at %s", by.user and by.user.pk, by.at.isoformat(timespec="seconds"))
    return Deed(None, customer_id=found.customer_id)


def _every_form(public_id: str) -> list[str]:
    return [*forms(public_id), normalize("NFD", normal(public_id))]


def sweep_erasures(*, at: datetime) -> int:
    """Ask the open places again, each for many people at once; how many erasures are complete now."""
    complete, last = 0, 0
    while ids := list(_open(after=last).values_list("id", flat=True)[:AT_ONCE]):
        complete, last = complete + _go_on(ids, at), ids[-1]
    return complete


def _open(*, after: int = 0) -> QuerySet[Erasure]:
    return Erasure.objects.filter(completed_at=None, id__gt=after).order_by("id")


@transaction.atomic
def _go_on(ids: Sequence[int], at: datetime) -> int:
    erasures = _open().filter(id__in=ids).select_for_update(skip_locked=True)
    terms = {one.id: found for one in erasures if (found := _terms(one)) is not None}
    items = ErasureItem.objects.filter(erasure__in=terms, done_at=None).order_by("place", "id")
    for place, asking in groupby(items, key=attrgetter("place")):
        _ask(place, list(asking), terms, at)
    done = Erasure.objects.filter(id__in=terms).exclude(items__done_at=None)
    return Erasure.objects.filter(id__in=list(done.values_list("id", flat=True))).update(completed_at=at, sealed=None)


def _terms(erasure: Erasure) -> list[str] | None:
    """What the person is named; None if nobody can read it."""
    try:
        found: list[str] = json.loads(unseal(erasure.sealed, Purpose.CUSTOMERS)) if erasure.sealed else []
    except InvalidToken:
        log.error("Erasure %s cannot be read: put the former SECRET_KEY into SECRET_KEY_FALLBACKS", erasure.reference)
        return None
    return found


def _ask(place: str, items: Sequence[ErasureItem], terms: Mapping[int, list[str]], at: datetime) -> None:
    searches = [Search(terms[item.erasure_id], item.waits_for) for item in items]
    for item, receipt in zip(items, programs.composition.fan_out[place](searches), strict=True):
        item.erased_so_far += receipt.erased
        item.waits_for = list(receipt.waits_for)
        if not receipt.waits_for:
            item.erased, item.done_at = item.erased_so_far, at
    ErasureItem.objects.bulk_update(items, ["erased_so_far", "waits_for", "erased", "done_at"])


def tell_of_late_receipts(*, at: datetime) -> int:
    """A line in the log for each erasure with a place that has given no receipt for a day."""
    late = Erasure.objects.filter(completed_at=None, requested_at__lt=at - LATE).prefetch_related("items")
    for erasure in late:
        places = ", ".join(item.place for item in erasure.items.all() if item.done_at is None)
        log.warning("Erasure %s is open for more than a day: no receipt of %s", erasure.reference, places)
    return len(late)


def receipt(erasure: Erasure) -> dict[str, Any]:
    """What was erased, where and when. It holds nothing of the person."""
    return {
        "reference": str(erasure.reference),
        "requested_at": _wire(erasure.requested_at),
        "completed_at": _wire(erasure.completed_at),
        "banned": erasure.banned,
        "reason": erasure.reason or None,
        "places": [
            {"place": item.place, "erased": item.erased, "done_at": _wire(item.done_at)} for item in erasure.items.all()
        ],
    }


def _wire(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
