"""Pending points whose days are over."""

from datetime import datetime

from django.db.models import Q

from loyalty.points.ledger.models import Pending


def due_points(at: datetime, after: tuple[datetime, int, int] | None, limit: int) -> list[Pending]:
    """Pending points of events whose days are over, by (due_at, customer, id); `after`: the last one of before."""
    found = Pending.objects.filter(settled_by=None, due_at__lte=at).select_related("customer")
    if after:
        found = found.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], customer__gt=after[1])
                             | Q(due_at=after[0], customer=after[1], id__gt=after[2]))  # fmt: skip
    return list(found.order_by("due_at", "customer_id", "id")[:limit])
