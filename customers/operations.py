"""What staff do with a customer beside recording events: create and change, suspend and unsuspend, merge, write notes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from events.enums import Source
from events.operations import add_event
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, may, require

from .merging import ACTION
from .models import Customer, Merge, Note
from .queries import customers_named

LONGEST_NOTE = 2_000


class TakenId(Exception):
    """A customer has this ID already."""


class Gone(Exception):
    """Whom the note is about has left, or was merged away: nothing more is written about them."""


class NotYours(Exception):
    """Somebody else wrote the note: an administrator may delete it, nobody may change it."""


def change_profile(*, customer: Customer, changes: Mapping[str, Any], by: User, at: datetime) -> Outcome:
    """Record the changed fields; None clears one. Raises Refused naming the field, PermissionDenied."""
    return _edit(Incoming(customer.public_id, "profile", dict(changes)), by=by, at=at)


def create_customer(*, public_id: str, profile: Mapping[str, Any], active: bool, by: User, at: datetime) -> Customer:
    """A member, or an inactive customer. Raises TakenId, Refused naming the field, PermissionDenied."""
    if customers_named([public_id]):
        raise TakenId
    outcome = _edit(Incoming(public_id, "opt_in" if active else "subscribe", dict(profile)), by=by, at=at)
    assert outcome.state is not None
    return Customer.objects.get(id=outcome.state.customer.id)


def _edit(incoming: Incoming, *, by: User, at: datetime) -> Outcome:
    require(by, Right.EDIT_CUSTOMERS)
    return record_one(incoming, by=Actor(source=Source.BACK_OFFICE.value, staff_id=by.pk), at=at)


def suspend(*, customer: Customer, reason: str, by: User, at: datetime, **sender: Any) -> Outcome:
    """The customer earns from now on, but may not spend.

    Raises Refused (114400) unless active, PermissionDenied; AlreadyRecorded for a form (`nonce`) that was sent twice.
    """
    return _change("suspend", customer=customer, reason=reason, by=by, at=at, **sender)


def unsuspend(*, customer: Customer, reason: str, by: User, at: datetime, **sender: Any) -> Outcome:
    """The customer is active again. Raises Refused (114600) unless suspended, and as `suspend` does."""
    return _change("unsuspend", customer=customer, reason=reason, by=by, at=at, **sender)


def _change(action: str, *, reason: str, **asked: Any) -> Outcome:
    data = {"reason": reason} if reason else {}
    return add_event(action=action, data=data, account=None, right=Right.EDIT_CUSTOMERS, **asked)


def merge_customers(source: Customer, target: Customer, *, kind: str, by: User | Actor, at: datetime) -> Merge:
    """Merge the source's profile into the target's, which stays; `kind` is one of MergeKind.

    Raises Refused with the engine's reason: 160212 unknown, gone, or merged away since it was looked up; 160216 and 120031
    by the target's status, 120030 by the source's; 0 for the same customer, or an order that both have.
    """
    if isinstance(by, User):
        require(by, Right.MERGE_CUSTOMERS)
        by = Actor(source=Source.BACK_OFFICE.value, staff_id=by.pk)
    data = {"kind": kind, "source": source.public_id, "target": target.public_id}
    incoming = Incoming(source.public_id, ACTION, data, target=("id", target.public_id))
    record_one(incoming, by=by, at=at)
    return Merge.objects.get(source=source)


def add_note(*, customer: Customer, text: str, by: User, at: datetime) -> Note:
    """`text`: 1 to LONGEST_NOTE characters. Raises Gone, PermissionDenied."""
    require(by, Right.EDIT_CUSTOMERS)
    with _of_the_living():
        return Note.objects.create(customer=customer, text=_checked(text), staff=by, written_at=at)


def change_note(*, note: Note, text: str, by: User, at: datetime) -> None:
    """Raises NotYours, Gone, PermissionDenied; Note.DoesNotExist if it was deleted in the meantime."""
    require(by, Right.EDIT_CUSTOMERS)
    if note.staff_id != by.pk:
        raise NotYours
    with _of_the_living():
        if not Note.objects.filter(pk=note.pk).update(text=_checked(text), edited_at=at):
            raise Note.DoesNotExist


@contextmanager
def _of_the_living() -> Iterator[None]:
    """The database refuses what is written about those who are gone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Gone from error


def delete_note(*, note: Note, by: User) -> None:
    """For good; once it is gone, again without effect. Raises NotYours, PermissionDenied."""
    require(by, Right.EDIT_CUSTOMERS)
    if not may_delete(note, by):
        raise NotYours
    Note.objects.filter(pk=note.pk).delete()


def may_delete(note: Note, by: User) -> bool:
    """Whoever wrote it may, and an administrator."""
    return note.staff_id == by.pk or may(by, Right.CONFIGURE)


def _checked(text: str) -> str:
    found = text.strip()
    if not 0 < len(found) <= LONGEST_NOTE:
        raise ValueError(f"A note has 1 to {LONGEST_NOTE} characters")
    return found
