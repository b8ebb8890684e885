from functools import cached_property

from django.http import Http404

from customers.profile.mixins import CustomerMixin
from events.orders.models import Transaction
from events.orders.queries import transaction_of

from .queries import Line, lines_of


class TransactionMixin(CustomerMixin):
    """For what is about one order, which the address names by its internal ID."""

    @cached_property
    def transaction(self) -> Transaction:
        found = transaction_of(self.customer, self.kwargs["transaction_id"])
        if found is None:
            raise Http404
        return found

    @cached_property
    def lines(self) -> list[Line]:
        return lines_of(self.transaction)
