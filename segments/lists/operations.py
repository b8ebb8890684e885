"""What staff and integrators ask of lists: create, rename, switch off, archive; put somebody on one, take them off."""

from secrets import token_hex
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.program.section import Invalid
from loyalty.staff.audit.deeds import Approvable, Deed, Nothing, operation
from loyalty.staff.sender import Sender
from loyalty.timers import wake

from .actions import ADD, LIST, REMOVE
from .bindings import uses_of
from .enums import ListStatus
from .models import CustomerList, ListMember
from .queries import list_named
from .rights import CHANGE_MEMBERS, CONFIGURE_LISTS, EXPORT_LISTS

CLEAR = "segments.lists.clearing.tasks.clear"


class NoSuchList(Exception):
    """There is no list of this ID, or it is archived."""


class TakenList(Exception):
    """There is a list of this ID, or there was before it was archived."""


class StillBound(Exception):
    """The list is used: by `uses`, each a name."""

    def __init__(self, uses: list[str]) -> None:
        super().__init__(", ".join(uses))
        self.uses = uses


class NotThatStatus(Exception):
    """The list cannot have this status after the one that it has: `message` is a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


LISTS = Approvable("lists", _("Customer lists"), (Invalid, NoSuchList, TakenList, StillBound, NotThatStatus))


@operation(right=CONFIGURE_LISTS, audit="list.create", approvable=LISTS)
def create_list(*, name: str, status: ListStatus, by: Sender, slug: str | None = None) -> Deed[str]:
    """Its ID, made up if there is no `slug`. Raises TakenList, Invalid for what can be no ID."""
    if slug is not None and list_named(slug):
        raise TakenList(slug)
    item = {"id": slug or token_hex(12), "name": name, "status": status.value}
    _write(item, by)
    return Deed(item["id"], subject=_subject(item["id"]), after={"name": name, "status": status.value})


@operation(right=CONFIGURE_LISTS, audit="list.change", approvable=LISTS)
def change_list(*, slug: str, by: Sender, name: str | None = None, status: ListStatus | None = None) -> Deed[None]:
    """Another name, another status but archived, or both; None leaves it. Raises NoSuchList, NotThatStatus."""
    if status == ListStatus.ARCHIVED:
        raise NotThatStatus("A list is archived by deleting it")
    found = _open(slug)
    wanted = {"name": found.name if name is None else name, "status": (status or found.status)}
    before = {"name": found.name, "status": found.status}
    if wanted == before:
        return Nothing(None)
    _write({"id": slug, **wanted}, by)
    changed = [field for field in before if before[field] != wanted[field]]
    was, now = ({field: values[field] for field in changed} for values in (before, wanted))
    return Deed(None, subject=_subject(slug), before=was, after=now)


@operation(right=CONFIGURE_LISTS, audit="list.archive", approvable=LISTS)
def archive_list(*, slug: str, by: Sender) -> Deed[None]:
    """For good, with nobody on it. Raises NoSuchList, StillBound, NotThatStatus for one that is not inactive."""
    found = _open(slug)
    _require_unbound(slug)
    members = ListMember.objects.filter(customer_list=found).count()
    _write({"id": slug, "name": found.name, "status": ListStatus.ARCHIVED.value}, by)
    wake(CLEAR)
    return Deed(None, subject=_subject(slug), before={"members": members}, after={"status": ListStatus.ARCHIVED.value})


def _open(slug: str) -> CustomerList:
    found = list_named(slug)
    if found is None or found.is_archived:
        raise NoSuchList(slug)
    return found


def _require_unbound(slug: str) -> None:
    if uses := uses_of(slug):
        raise StillBound(uses)


def _write(item: dict[str, Any], by: Sender) -> None:
    try:
        with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
            change.write({"lists": [item]})
    except Invalid as error:
        for path, message in error.problems:
            if path.endswith(".status"):
                raise NotThatStatus(f"The status {message}") from None
        raise


def _subject(slug: str) -> str:
    return f"customer_list:{slug}"


# Members


@operation(right=CHANGE_MEMBERS, audit="list.add", approvable=BY_HAND)
def add_member(*, customer: Customer, slug: str, by: Sender) -> Deed[Outcome]:
    """Raises Refused (330501, 330541, 160216), PermissionDenied."""
    return _recorded(customer, ADD.name, slug, by)


@operation(right=CHANGE_MEMBERS, audit="list.remove", approvable=BY_HAND)
def remove_member(*, customer: Customer, slug: str, by: Sender) -> Deed[Outcome]:
    """Raises Refused (330501, 330542), PermissionDenied."""
    return _recorded(customer, REMOVE.name, slug, by)


def _recorded(customer: Customer, action: str, slug: str, by: Sender) -> Deed[Outcome]:
    outcome = record_by_hand(customer.public_id, action, {LIST.name: slug}, by=by)
    return deed_of(outcome, after={LIST.name: slug})


@operation(right=EXPORT_LISTS, audit="list.export")
def note_export(*, found: CustomerList, members: int, by: Sender) -> Deed[None]:
    """That the members are given out, who are read while they are sent."""
    return Deed(None, subject=_subject(found.slug), after={"members": members})
