"""What the tests of lists share."""

from collections.abc import Sequence

from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record
from loyalty.program.operations import apply_program
from loyalty.staff.sender import Sender
from segments.lists.models import CustomerList, ListMember
from tests.engine.world import NOW, accepted, event

STAFF = Actor("back_office")
BY = Sender(None, NOW)


def make_lists(*slugs: str, status: str = "active") -> None:
    items = [{"id": slug, "name": slug.capitalize(), "status": status} for slug in slugs]
    apply_program({"lists": items}, by=BY)


def set_status(slug: str, *statuses: str) -> None:
    for status in statuses:
        apply_program({"lists": [{"id": slug, "name": slug.capitalize(), "status": status}]}, by=BY)


def members(*names: str) -> None:
    accepted(*(event(name, "opt_in") for name in names))


def put(name: str, slug: str, by: Actor = STAFF) -> Outcome:
    return record([Incoming(name, "customer_list_add", {"customer_list": slug})], by=by, at=NOW)[0]


def take_off(name: str, slug: str, by: Actor = STAFF) -> Outcome:
    return record([Incoming(name, "customer_list_remove", {"customer_list": slug})], by=by, at=NOW)[0]


def code(outcome: Outcome) -> int | None:
    return outcome.error.code if outcome.error else None


def on(slug: str) -> list[str]:
    """The IDs of who is on the list."""
    rows = ListMember.objects.filter(customer_list__slug=slug).order_by("customer__public_id")
    return list(rows.values_list("customer__public_id", flat=True))


def the(slug: str) -> CustomerList:
    return CustomerList.objects.get(slug=slug)


def ann() -> Customer:
    return Customer.objects.get(public_id="ann")


def statuses() -> Sequence[tuple[str, str]]:
    return list(CustomerList.objects.order_by("slug").values_list("slug", "status"))
