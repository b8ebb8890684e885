"""The members of lists that were archived: each is taken off by the engine, told by an event.

Nothing is kept about how far a run has come: who was taken off is no longer due. So a run may end at any point, and the
next one goes on; who was put on a list while it was being archived is found as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER
from segments.lists.enums import ListStatus
from segments.lists.mechanism import clear
from segments.lists.models import CustomerList, ListMember
from segments.lists.rows import MEMBERS

# A chunk holds the locks of its customers, for whom the tills wait.
AT_ONCE = 500


def clear_archived(*, now: Callable[[], datetime]) -> int:
    """In chunks of a transaction each; how many events came of it."""
    archived = dict(CustomerList.objects.filter(status=ListStatus.ARCHIVED).values_list("id", "slug"))
    return sum(_cleared(customers, archived, now()) for customers in _chunks(list(archived)))


def _chunks(archived: Sequence[int]) -> Iterator[Sequence[int]]:
    members = ListMember.objects.filter(customer_list__in=archived).order_by("customer_id")
    after = 0
    while found := list(members.filter(customer__gt=after).values_list("customer_id", flat=True).distinct()[:AT_ONCE]):
        yield found
        after = found[-1]


def _cleared(customers: Sequence[int], archived: Mapping[int, str], at: datetime) -> int:
    with transaction.atomic():
        return Sweep(customers, [MEMBERS], by=TIMER, at=at).run(partial(clear, archived=archived))
