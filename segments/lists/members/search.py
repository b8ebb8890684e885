"""Who is found to be put on a list: active customers, by name, e-mail address or ID."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers.directory.search import Filters, search
from customers.models import Customer
from loyalty.engine.status import Status
from segments.lists.models import CustomerList
from segments.lists.queries import on_list

MOST_SHOWN = 10
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Found:
    """`is_more`: others match as well, who are not shown."""

    customers: Sequence[tuple[Customer, bool]] = ()
    is_more: bool = False


def candidates(text: str, of: CustomerList) -> Found:
    """The first in the order of their last names, each with whether they are on the list already."""
    if len(text.strip()) < FEWEST_LETTERS:
        return Found()
    ids = search(text, Filters([Status.ACTIVE.value])).ids
    rows = Customer.objects.filter(id__in=ids).defer("properties").order_by("last_name", "first_name", "id")
    shown = list(rows[:MOST_SHOWN])
    there = on_list(of, shown)
    return Found([(one, one.id in there) for one in shown], is_more=len(ids) > len(shown))
