"""What a customer's events and orders can be narrowed and sorted by in the Read API; texts are compared by their characters."""

from django.db.models import F
from django.db.models.functions import Collate

from events.models import Event
from events.orders.models import Transaction
from loyalty.api.lists.compared import ComparedFilters, TextFilter, WholeFilter

from .queries import day_of, looked_up

_ACCOUNT = Collate(looked_up("account_id", "SELECT jsonb_object_agg(id, slug) FROM points_account"), "C")


def _by_characters(column: str) -> Collate:
    return Collate(F(column), "C")


class EventFilters(ComparedFilters):
    """Of rows that know the last day of what they earned as `last_day`."""

    action = TextFilter(value=_by_characters("action"))
    date = TextFilter(value=day_of("occurred_at", "UTC"), finer="occurred_at")
    account = TextFilter(value=_ACCOUNT)
    points = WholeFilter()
    expdate = TextFilter(value=F("last_day"))
    ties = ("occurred_at", "id")

    class Meta:
        model = Event
        fields = ()


class TransactionFilters(ComparedFilters):
    """Of rows that know what they were credited with as `credited`, and the day on which they are accepted as `accept_day`."""

    status = TextFilter(value=_by_characters("status"))
    checkout_date = TextFilter(value=day_of("checkout_at", "UTC"), finer="checkout_at")
    auto_accept = TextFilter(value=F("accept_day"))
    account = TextFilter(value=_ACCOUNT)
    points_rewarded = WholeFilter("earned")
    earned = WholeFilter(value=F("credited"))
    burned = WholeFilter()

    class Meta:
        model = Transaction
        fields = ()
