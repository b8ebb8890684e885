"""What staff write down about a customer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from customers.models import Customer, Note
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, may, require

LONGEST_NOTE = 2_000


class Gone(Exception):
    """Whom the note is about has left, or was merged away: nothing more is written about them."""


class NotYours(Exception):
    """Somebody else wrote the note: an administrator may delete it, nobody may change it."""


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
