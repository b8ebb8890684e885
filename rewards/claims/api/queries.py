"""The claims that a bulk request has made."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone

from events.models import Event
from loyalty.bulk.models import BulkRequest
from rewards.claims.models import Claim


def claims_of_request(request: BulkRequest, start: int, stop: int) -> Sequence[Claim]:
    """In the order of the request. Of one reward one request works at a time, so most claims of its time are its own."""
    if request.started_at is None:
        return []
    during = (request.started_at, request.finished_at or timezone.now())
    event = Event.objects.filter(
        customer_id=OuterRef("customer_id"), id=OuterRef("event_id"), source_detail=f"bulk:{request.pk}"
    )
    found = Claim.objects.filter(Exists(event), reward__slug=request.target, claimed_at__range=during)
    return list(found.select_related("customer").order_by("event_id")[start:stop])
