"""Which customer somebody of the staff is: the one who has the same e-mail address."""

from collections.abc import Collection

from django.db.models.functions import Lower

from customers.fields.rules import lowered
from customers.models import Customer
from loyalty.identifiers import normal


def is_own(email: str, customer: Customer) -> bool:
    """Compared as unique e-mail addresses are."""
    return bool(email.strip()) and lowered(normal(email)) == lowered(customer.email)


def concerns_member(email: str, values: Collection[object]) -> bool:
    """Whether a customer with the address is among the values, or what one of them, such as a note, is about."""
    ids = {id for value in values if (id := customer_of_value(value)) is not None}
    if not ids or not email.strip():
        return False
    same = Customer.objects.filter(id__in=ids).annotate(address=Lower("email")).filter(address=lowered(normal(email)))
    return same.exists()


def customer_of_value(value: object) -> int | None:
    """The key of the customer that it is, or is about."""
    found = value.id if isinstance(value, Customer) else getattr(value, "customer_id", None)
    return found if isinstance(found, int) else None
