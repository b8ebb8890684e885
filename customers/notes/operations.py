"""What staff write down about a customer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from customers.models import Customer, Note
from customers.rights import DELETE_NOTES, WRITE_NOTES
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.sender import Sender

LONGEST_NOTE = 2_000


class Gone(Exception):
    """Whom the note is about has left, or was merged away: nothing more is written about them."""


class NotYours(Exception):
    """Somebody else wrote the note: an administrator may delete it, nobody may change it."""


@operation(right=WRITE_NOTES, audit="note.add")
def add_note(*, customer: Customer, text: str, by: Sender) -> Deed[Note]:
    """`text`: 1 to LONGEST_NOTE characters. Raises Gone, PermissionDenied."""
    assert by.user is not None
    with _refuse_departed_customer():
        note = Note.objects.create(customer=customer, text=_checked(text), staff=by.user, written_at=by.at)
    return Deed(note, customer_id=customer.id, subject=f"note:{note.id}", after={"text": note.text})


@operation(right=WRITE_NOTES, audit="note.change")
def change_note(*, note: Note, text: str, by: Sender) -> Deed[None]:
    """Raises NotYours, Gone, PermissionDenied; Note.DoesNotExist if it was deleted in the meantime."""
    by.sight.require("note.text")
    if by.user is None or note.staff_id != by.user.pk:
        raise NotYours
    before = _locked(note)
    if before is None:
        raise Note.DoesNotExist
    with _refuse_departed_customer():
        Note.objects.filter(pk=note.pk).update(text=_checked(text), edited_at=by.at)
    return _changed(note, before=before.text, after=_checked(text))


@contextmanager
def _refuse_departed_customer() -> Iterator[None]:
    """The database refuses what is written about those who are gone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Gone from error


@operation(right=WRITE_NOTES, audit="note.delete")
def delete_note(*, note: Note, by: Sender) -> Deed[None]:
    """For good; once it is gone, again without effect. Raises NotYours, PermissionDenied."""
    by.sight.require("note.text")
    if by.user is None or not may_delete(note, by.user):
        raise NotYours
    before = _locked(note)
    if before is None:
        return Nothing(None)
    Note.objects.filter(pk=note.pk).delete()
    return _changed(note, before=before.text)


def _locked(note: Note) -> Note | None:
    return Note.objects.select_for_update().filter(pk=note.pk).first()


def _changed(note: Note, *, before: str, after: str = "") -> Deed[None]:
    now = {"text": after} if after else {}
    return Deed(None, customer_id=note.customer_id, subject=f"note:{note.id}", before={"text": before}, after=now)


def may_delete(note: Note, by: User) -> bool:
    """Whoever wrote it may, and an administrator."""
    return note.staff_id == by.pk or may(by, DELETE_NOTES)


def _checked(text: str) -> str:
    found = text.strip()
    if not 0 < len(found) <= LONGEST_NOTE:
        raise ValueError(f"A note has 1 to {LONGEST_NOTE} characters")
    return found
