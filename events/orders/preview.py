"""What a merge would do with orders, before it is done."""

from django.db.models import Q

from customers.models import Customer
from loyalty.refusals import Refused

from .enums import TransactionStatus
from .merging import taken_twice
from .models import Transaction


def same_order(source: Customer, target: Customer) -> Refused | None:
    """Both have an order of one ID, and neither is an empty draft."""
    empty = Q(status=TransactionStatus.DRAFT, items=[], reserved=0, total=0)
    theirs = Transaction.objects.exclude(empty).filter(customer=target).values("transaction_id")
    orders = Transaction.objects.exclude(empty).filter(customer=source, transaction_id__in=theirs)
    both = orders.order_by("transaction_id").values_list("transaction_id", flat=True).first()
    return taken_twice(both) if both else None
