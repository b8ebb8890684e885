"""Who may be the same person, by what the profiles share."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Value

from customers.directory.search import _digits
from customers.fields.phones import spellings
from customers.fields.rules import EMAIL_SCHEME
from customers.models import Customer, Identity
from customers.sight.queries import reached, seen, unseen_schemes
from loyalty.database.folding import folded
from loyalty.engine.status import DEPARTED

# Of what may be the same person so many are named.
MOST_DUPLICATES = 5


@dataclass(frozen=True)
class Duplicates:
    """Other living customers with the same e-mail address or phone number: the first ones, and whether there are more."""

    customers: Sequence[Customer] = ()
    has_more: bool = False


def duplicates_of(customer: Customer) -> Duplicates:
    """By the address in lower case, and by the number however it is written: an index range for each that the customer has.

    Of a customer as somebody sees them, by what they see.
    """
    everyone = Customer.objects.filter(reached(customer.seen_by)).exclude(status__in=DEPARTED).exclude(id=customer.id)
    everyone = everyone.order_by("id")
    found: dict[int, Customer] = {}
    if customer.email:
        same = everyone.alias(lower_email=folded("email")).filter(lower_email=folded(Value(customer.email)))
        found |= {other.id: other for other in same[: MOST_DUPLICATES + 1]}
    if digits := spellings(customer.mobile_phone or "", [customer.country] if customer.country else ()):
        # Without an order: for the few that there are, the planner might walk all customers in it.
        numbered = everyone.order_by().alias(digits=_digits()).filter(digits__in=digits)[: MOST_DUPLICATES + 1]
        found |= {other.id: other for other in sorted(numbered, key=lambda other: other.id)}
    shown = [seen(other, customer.seen_by) for other in list(found.values())[:MOST_DUPLICATES]]
    return Duplicates(shown, len(found) > MOST_DUPLICATES)


def seen_identities(customer: Customer) -> QuerySet[Identity]:
    """What names the customer, as far as whoever looks sees it."""
    sight = customer.seen_by
    unseen = [*unseen_schemes(sight), *([] if sight.sees("email") else [EMAIL_SCHEME])]
    return customer.identities.exclude(scheme__in=unseen) if unseen else customer.identities.all()
