from django.urls import reverse
from django.utils.translation import gettext

from customers.sight.queries import reached, seen
from events.orders.models import Transaction
from events.orders.queries import orders_with
from events.rights import VIEW_TRANSACTIONS
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.sight import Sight, sight_of
from loyalty.ui.palette import ResultGroup, SearchResult

MOST = 5


def find_orders(user: User, query: str) -> ResultGroup:
    """By any part of the transaction ID."""
    sight = sight_of(user)
    found = orders_with(query).filter(reached(sight, "customer_id")).select_related("customer")
    if not may(user, VIEW_TRANSACTIONS):
        found = Transaction.objects.none()
    # The newest ones of what was found; sorted here, so that no order of an index is walked for rare matches.
    newest = sorted(found[:200], key=lambda order: order.id, reverse=True)[:MOST]
    return ResultGroup(gettext("Transactions"), [_found(order, sight) for order in newest])


def _found(order: Transaction, sight: Sight) -> SearchResult:
    url = reverse("transactions:detail", args=[order.customer_id, order.id])
    return SearchResult(label=order.transaction_id, url=url, icon="receipt", hint=seen(order.customer, sight).name)
