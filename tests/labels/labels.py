"""What the tests of labels share."""

from typing import Any

from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.staff.sender import Sender
from segments.labels.models import Label
from segments.labels.queries import labels_of
from tests.engine.world import BY, NOW, accepted

STAFF = Sender(None, NOW)


def member(name: str, *labels: str, **more: Any) -> None:
    data = {"labels": list(labels), **more} if labels else more
    accepted(Incoming(name, "opt_in", data))


def send(name: str, action: str, by: Actor = BY, **data: Any) -> int | None:
    """The code of the refusal; None where it is accepted."""
    [outcome] = record([Incoming(name, action, data)], by=by, at=NOW)
    return outcome.error.code if outcome.error else None


def held(name: str) -> list[str]:
    """The identifiers of the labels of a customer."""
    customer = Customer.objects.get(public_id=name)
    return sorted(label.slug for label in labels_of([customer])[customer.id])


def known() -> dict[str, str]:
    """The names of all labels by their identifiers."""
    return dict(Label.objects.filter(merged_into__isnull=True).values_list("slug", "name"))
