from django.urls import reverse
from django.utils.translation import gettext

from customers.models import Customer
from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.sight import sight_of
from loyalty.ui.palette import ResultGroup, SearchResult

from .queries import NEWEST, find
from .search import Filters

MOST = 6


def find_customers(user: User, query: str) -> ResultGroup:
    """By ID or transaction ID, and by name, e-mail address and telephone number where these are seen."""
    if not may(user, VIEW_CUSTOMERS):
        return ResultGroup(gettext("Customers"), [])
    sight = sight_of(user)
    rows = find(query, Filters(sight=sight), "name" if sight.sees("last_name") else NEWEST).rows[:MOST]
    return ResultGroup(gettext("Customers"), [_found(row.customer) for row in rows])


def _found(customer: Customer) -> SearchResult:
    return SearchResult(
        label=customer.name,
        url=reverse("customers:overview", args=[customer.id]),
        hint=" · ".join(filter(None, (customer.public_id, customer.email))),
        initials=customer.initials,
        hue=customer.id,
    )
