from django.urls import reverse
from django.utils.translation import gettext

from customers.models import Customer
from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.ui.palette import ResultGroup, SearchResult

from .queries import find
from .search import Filters

MOST = 6


def find_customers(user: User, query: str) -> ResultGroup:
    """By name, e-mail address, telephone number, ID or transaction ID."""
    rows = find(query, Filters(), "name").rows[:MOST] if may(user, VIEW_CUSTOMERS) else []
    return ResultGroup(gettext("Customers"), [_found(row.customer) for row in rows])


def _found(customer: Customer) -> SearchResult:
    return SearchResult(
        label=customer.name,
        url=reverse("customers:overview", args=[customer.id]),
        hint=" · ".join(filter(None, (customer.public_id, customer.email))),
        initials=customer.initials,
        hue=customer.id,
    )
