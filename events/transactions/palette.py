from django.urls import reverse
from django.utils.translation import gettext

from events.orders.models import Transaction
from events.orders.queries import orders_with
from loyalty.staff.models import User
from loyalty.staff.permissions import Right, may
from loyalty.ui.palette import Find, Finds

MOST = 5


def find_orders(user: User, query: str) -> Finds:
    """By any part of the transaction ID; named by the setting LOYALTY_PALETTE."""
    found = (
        orders_with(query).select_related("customer") if may(user, Right.VIEW_CUSTOMERS) else Transaction.objects.none()
    )
    # The newest ones of what was found; sorted here, so that no order of an index is walked for rare matches.
    newest = sorted(found[:200], key=lambda order: order.id, reverse=True)[:MOST]
    return Finds(gettext("Transactions"), [_found(order) for order in newest])


def _found(order: Transaction) -> Find:
    url = reverse("transactions:detail", args=[order.customer_id, order.id])
    return Find(label=order.transaction_id, url=url, icon="receipt", hint=order.customer.name)
