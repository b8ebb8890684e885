"""Customers whose every personal field holds a marker, with something of each kind that staff see of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection

from customers.fields.models import Field
from customers.models import Customer
from customers.notes.operations import add_note
from customers.operations import change_profile
from events.models import Event
from events.orders.models import Transaction
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.engine.events import Actor
from loyalty.http.origin import Origin
from loyalty.program.queries import general_settings
from loyalty.staff.audit.deeds import NotDoneYet
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.models import ImportJob, RefusedRow
from tests.factories import NOON, checkout, make_customer, tell
from tests.listing import all_of, listed
from tests.tiers.ladders import set_up, structure

# By right, what of the field may stand on a page, and what the columns hold instead for the comparison.
MARKERS: dict[str, list[str]] = {
    "personal.names": ["Mkfirst", "Mklast", "Mknick", "mkhandler", "mk-picture"],
    "personal.email": ["mk-mail"],
    "personal.phones": ["301239876"],
    "personal.birthdates": ["1987-03-14", "14 March 1987", "14 Mar 1987"],
    "personal.gender": ["Mkgender", "mkgender"],
    "personal.addresses": ["Antarctica", "Mkstreet"],
    "personal.languages": ["Icelandic", "ISK"],
    "personal.origins": ["mk-src", "mk-brought"],
    "personal.attributes": ["mk-shoe", "mk-hobby", "mk-card", "mk-answer"],
    "personal.notes": ["mk-note"],
    "personal.devices": ["203.0.113.77", "MkBrowser"],
}
# What is typed into every field of text: whole values, and how they begin.
TYPED = ["Mkfirst", "mk-mail@example.com", "+36301239876", "card:mk-card-1", "mk-card"]
OTHERWISE = """
UPDATE customers_customer SET first_name = 'Xx', last_name = 'Yy', nickname = NULL, handler = 'zz', email = id || '@x.org',
    mobile_phone = '+3630111222' || id, birth_date = '1950-01-01', gender = NULL, language = 'fi', country = 'FI', currency = 'EUR',
    image_url = NULL, src = NULL, referrer = NULL, properties = '{}'
"""
NO_IDENTITY = "UPDATE customers_identity SET value = 'x-' || customer_id WHERE scheme NOT IN ('id', '@email')"


@dataclass(frozen=True)
class World:
    """`samples`: what an address may name, by the argument of its page and what the address begins with."""

    ann: Customer
    bob: Customer
    samples: Callable[[str, str], list[Any]]


PROFILE: dict[str, Any] = {
    "first_name": "Mkfirst", "last_name": "Mklast", "nickname": "Mknick", "handler": "mkhandler",
    "email": "mk-mail@example.com", "mobile_phone": "+36301239876", "birth_date": "1987-03-14", "gender": "other",
    "language": "is", "country": "AQ", "currency": "ISK", "image_url": "https://example.com/mk-picture.png", "src": "mk-src",
    "shoe": "mk-shoe", "hobby": "mk-hobby", "card": "mk-card-1", "city": "Mkstreet",
}  # fmt: skip


def make_world() -> World:
    settings = general_settings()
    settings.modules = [*settings.modules, "tiers"]
    settings.save()
    set_up(structure())
    Field.objects.create(slug="shoe", name="Shoe")
    Field.objects.create(slug="card", name="Card", external_id=True)
    ann = make_customer("C-1", points=100, **PROFILE, referrer="mk-brought")
    # Somebody with the same phone number, who stands before the first by name and address.
    others = {"card": "mk-card-2", "last_name": "Amklast", "email": "a-mk-mail@example.com"}
    bob = make_customer("C-2", **PROFILE | others)
    by = Actor("api", ip_address="203.0.113.77", user_agent="MkBrowser/1")
    tell(checkout(ann, "T-1", 40, city="Mkstreet", hobby="mk-hobby", buyer={"email": "mk-mail@example.com"}), by=by)
    answer = checkout(ann, "", 0)
    tell(replace(answer, action="profiling_answer", data={"attribute": "hobby", "answer": "mk-answer"}), by=by)
    _done_by_staff(ann)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET gender = 'mkgender' WHERE public_id LIKE 'C-%'")
    ann.refresh_from_db()
    # What the samples of rooms name, with both of them in it; of a row with a number nobody knows which it will have.
    for room in listed():
        if room.live and any(place.startswith(("slug:", "kind:")) for place in room.samples):
            room.live(ann.id, bob.id)
    return World(ann, bob, _samples(ann, bob))


def _done_by_staff(ann: Customer) -> None:
    """What the trail, notes, approvals and imports hold of the customer."""
    ada = User.objects.create_user("ada", role="administrator")
    agent = User.objects.create_user("agent", role="service_agent")
    # Long ago: what is told as "a minute ago" differs with the minute.
    at = NOON
    change_profile(customer=ann, changes={"nickname": "Mknick2", "hobby": "mk-hobby2"}, by=Sender(ada, at)).result()
    add_note(customer=ann, text="mk-note", by=Sender(agent, at)).result()
    ApprovalRule.objects.create(kind="customers")
    changes = {"email": "mk-mail2@example.com", "shoe": "mk-shoe2"}
    with pytest.raises(NotDoneYet):
        change_profile(customer=ann, changes=changes, by=Sender(agent, at, Origin("198.51.100.7", "Firefox"))).result()
    job = ImportJob.objects.create(
        model="events", file_name="fair.csv", stored_name="x", sha256="0" * 64, size=1, status=JobStatus.FINISHED, refused=1, rows_done=1,
        created_by=ada, created_at=at,
    )  # fmt: skip
    RefusedRow.objects.create(job=job, line=2, column="card", reason="Unknown customer: card:mk-card-1")


def _samples(ann: Customer, bob: Customer) -> Callable[[str, str], list[Any]]:
    def ids(model: Any, **filters: Any) -> list[Any]:
        return list(model._default_manager.filter(**filters).order_by("id").values_list("id", flat=True))

    events = ids(Event, customer=ann)
    found: Mapping[str, Callable[[], list[Any]]] = {
        "customer_id": lambda: [ann.id],
        "other_id": lambda: [bob.id],
        "event_id": lambda: events,
        "note_id": lambda: [note.id for note in ann.notes.all()],
        "transaction_id": lambda: ids(Transaction, customer=ann),
        "place": lambda: [0],
        "format": lambda: ["json", "csv"],
        "identity": lambda: ["C-1", "card:mk-card-1", "card:mk-card-9"],
        "reference": lambda: ["5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10"],
        "slug:roles": lambda: ["manager"],
        "slug:tiers": lambda: ["standard"],
        "id:audit": lambda: ids(AuditEntry),
        "id:approvals": lambda: ids(ChangeRequest),
        "id:imports": lambda: ids(ImportJob),
        "id:invitations": lambda: [1],
    }
    return lambda name, top: (
        found.get(name) or found.get(f"{name}:{top}") or (lambda: all_of("samples")[f"{name}:{top}"])
    )()
