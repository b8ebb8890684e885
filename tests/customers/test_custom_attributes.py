"""What a profile keeps beside its fields is bounded: in number, and in size."""

import pytest

from customers.attributes import MAX_PROPERTIES_LENGTH
from customers.models import Customer
from tests.engine.world import accepted, event, send

pytestmark = pytest.mark.django_db
TOO_LARGE = "All custom attributes of a customer have at most 65,536 characters as JSON"


def test_all_attributes_together_have_a_bound() -> None:
    accepted(event("ann", "opt_in", first="x" * 40_000))

    [outcome] = send(event("ann", "profile", second="x" * 30_000))

    assert outcome.error
    assert outcome.error.message == TOO_LARGE
    assert list(Customer.objects.get().properties) == ["first"]
    accepted(event("ann", "profile", second="x" * 20_000))


def test_whoever_has_more_from_before_may_still_have_less() -> None:
    accepted(event("ann", "opt_in", first="x"))
    Customer.objects.update(properties={"first": "x" * (MAX_PROPERTIES_LENGTH + 10)})

    [outcome] = send(event("ann", "profile", second="y"))
    assert outcome.error
    accepted(event("ann", "profile", first="x" * (MAX_PROPERTIES_LENGTH + 1)))
    accepted(event("ann", "profile", first="z"))
    assert Customer.objects.get().properties == {"first": "z"}
