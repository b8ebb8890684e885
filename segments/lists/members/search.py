"""Who is found to be put on a list: active customers, by name, e-mail address or ID."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers.directory.search import Filters, search
from customers.models import Customer
from customers.sight.queries import seen
from loyalty.engine.status import Status
from loyalty.staff.sight import Sight
from segments.lists.models import CustomerList
from segments.lists.queries import on_list

MOST_SHOWN = 10
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Found:
    """`is_more`: others match as well, who are not shown."""

    customers: Sequence[tuple[Customer, bool]] = ()
    is_more: bool = False


def candidates(text: str, of: CustomerList, sight: Sight) -> Found:
    """The first in the order of their last names, each as the reader sees them, with whether they are on the list already."""
    if len(text.strip()) < FEWEST_LETTERS:
        return Found()
    ids = search(text, Filters([Status.ACTIVE.value], sight=sight)).ids
    order = ("last_name", "first_name", "id") if sight.sees("last_name") else ("id",)
    shown = list(Customer.objects.filter(id__in=ids).defer("properties").order_by(*order)[:MOST_SHOWN])
    there = on_list(of, shown)
    return Found([(seen(one, sight), one.id in there) for one in shown], is_more=len(ids) > len(shown))
