"""What happened, as integrators read it: pages of events of one customer or of everybody, and of orders."""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from customers.directory.search import estimate_of
from customers.models import Customer
from events.models import Event
from events.orders.models import Transaction
from events.types.models import EventType
from loyalty.engine.status import ERASED
from loyalty.identifiers import forms
from loyalty.ui.paging import nearest

# Up to here a count is exact.
COUNTED = 10_000
NEWEST_FIRST = ("-occurred_at", "-id")
# As they were recorded.
OLDEST_FIRST = ("id",)
# Of several customers, IDs say nothing of the order: each process draws them in blocks.
OLDEST_FIRST_OF_ALL = ("occurred_at", "id")


def exposed(types: Iterable[EventType]) -> Q:
    """The events that the Display API tells of."""
    hidden = sorted(row.action for row in types if not row.exposed)
    return ~Q(action__in=hidden) if hidden else Q()


def events_in(
    family: Sequence[int], asked: QuerySet[Event], start: int, stop: int, *, oldest_first: bool
) -> list[Event]:
    """Those of the customer that are asked for, from one place to another, in the order of the timeline; one query."""
    order = OLDEST_FIRST if oldest_first else NEWEST_FIRST
    apart = [asked.filter(customer_id=profile).order_by(*order) for profile in family]
    return list(nearest(apart, stop)[start:])


def everybodys(asked: QuerySet[Event]) -> QuerySet[Event]:
    """Of all whose data is not erased."""
    found = asked.exclude(customer__status__in=ERASED)
    return found.exclude(customer__merge__survivor__status__in=ERASED)


def everybodys_events_in(asked: QuerySet[Event], start: int, stop: int, *, oldest_first: bool) -> list[Event]:
    order = OLDEST_FIRST_OF_ALL if oldest_first else NEWEST_FIRST
    return list(everybodys(asked).order_by(*order)[start:stop])


def count_of_everybodys(asked: QuerySet[Event]) -> int:
    """Exact up to COUNTED; beyond it the planner's estimate, since counting millions would take too long."""
    found = everybodys(asked)
    number = found[: COUNTED + 1].count()
    return number if number <= COUNTED else max(number, estimate_of(found))


def owners_of(profiles: Collection[int]) -> dict[int, tuple[int, str]]:
    """(id, public ID) of the customer whose history a profile's is now; one query."""
    found = Customer.objects.filter(id__in=profiles).values_list(
        "id", Coalesce("merge__survivor_id", "id"), Coalesce("merge__survivor__public_id", "public_id")
    )
    return {profile: (owner, public_id) for profile, owner, public_id in found}


def orders_in(customer_id: int, asked: QuerySet[Transaction], start: int, stop: int) -> list[Transaction]:
    """Those of the customer that are asked for, of merged profiles too, the last recorded first; one query."""
    return list(asked.filter(customer_id=customer_id).order_by("-id")[start:stop])


def order_named(customer_id: int, transaction_id: str) -> Transaction | None:
    """By the ID exactly as it is stored, or in its one form."""
    asked = forms(transaction_id)
    found = Transaction.objects.filter(customer_id=customer_id, transaction_id__in=asked)
    return min(found, key=lambda order: asked.index(order.transaction_id), default=None)
