"""Customers of labels that were merged into others get these, in chunks.

Nothing is kept about how far a run has come: who has the other label is no longer due. So a run may end at any point, and
the next one goes on; until then whoever reads takes the one for the other.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from loyalty.engine.sweep import Sweep
from loyalty.intake.actors import TIMER
from segments.labels.mechanism import replace_labels
from segments.labels.models import CustomerLabel
from segments.labels.queries import merged_labels
from segments.labels.rows import LABELS_HELD

# A chunk holds the locks of its customers, for whom the tills wait.
AT_ONCE = 500


def replace_merged(*, now: Callable[[], datetime]) -> int:
    """How many customers were seen to."""
    merged, seen = merged_labels(), 0
    for customers in _chunks(list(merged)):
        with transaction.atomic():
            Sweep(customers, [LABELS_HELD], by=TIMER, at=now()).run(partial(replace_labels, merged=merged))
        seen += len(customers)
    return seen


def _chunks(labels: Sequence[int]) -> Iterator[Sequence[int]]:
    held = CustomerLabel.objects.filter(label__in=labels).order_by("customer_id")
    after = 0
    while found := list(held.filter(customer__gt=after).values_list("customer_id", flat=True).distinct()[:AT_ONCE]):
        yield found
        after = found[-1]
