"""Who is in segments, who was, and which segments there are. Departed customers are in none."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import Customer
from loyalty.engine.status import DEPARTED

from .enums import SegmentStatus
from .models import Segment, Size, Stay


def segments() -> QuerySet[Segment]:
    """With how far they are computed; the archived ones last."""
    return Segment.objects.select_related("computation").order_by("status", "name")


def segment_named(slug: str) -> Segment | None:
    return Segment.objects.select_related("computation").filter(slug=slug).first()


def members_of(segment: Segment) -> QuerySet[Customer]:
    """As they were last computed completely."""
    stays = Stay.objects.filter(segment=segment, customer=OuterRef("id"), left_at__isnull=True)
    return Customer.objects.filter(Exists(stays)).exclude(status__in=DEPARTED)


def members_at(segment: Segment, at: dt.datetime, *, as_known: bool = False) -> QuerySet[Customer]:
    """Who was in it at an instant: by what is known now, or `as_known` then."""
    begin, end = ("entered_at", "left_at") if as_known else ("since", "until")
    then = Q(**{f"{begin}__lte": at}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": at}))
    stays = Stay.objects.filter(then, segment=segment, customer=OuterRef("id"))
    return Customer.objects.filter(Exists(stays)).exclude(status__in=DEPARTED)


@dataclass(frozen=True)
class Membership:
    """A segment that a customer is in."""

    id: str
    name: str
    status: str
    since: dt.datetime


def segments_of(customers: Collection[Customer]) -> Mapping[int, Sequence[Membership]]:
    """Of each customer, by name; one statement for any number of either."""
    found: dict[int, list[Membership]] = {one.id: [] for one in customers}
    rows = Stay.objects.filter(customer__in=found, left_at__isnull=True).exclude(segment__status=SegmentStatus.ARCHIVED)
    named = rows.order_by("segment__name").values_list(
        "customer_id", "segment__slug", "segment__name", "segment__status", "since"
    )
    for customer, slug, name, status, since in named:
        found[customer].append(Membership(slug, name, status, since))
    return found


def sizes_of(segment: Segment, days: int = 90) -> Sequence[tuple[dt.date, int]]:
    """As days ended, the earliest first."""
    rows = Size.objects.filter(segment=segment).order_by("-day").values_list("day", "members")[:days]
    return list(rows)[::-1]


_OVERLAP = """
    SELECT places, count(*) FROM (
        SELECT array_agg(s.segment_id) AS places FROM segments_stay s JOIN customers_customer c ON c.id = s.customer_id
        WHERE s.segment_id = ANY(%s) AND s.left_at IS NULL AND c.status <> ALL(%s) GROUP BY s.customer_id
    ) held GROUP BY places
"""


def overlap_of(chosen: Sequence[Segment]) -> Mapping[frozenset[str], int]:
    """How many are in exactly these of the segments, of two or three; one statement."""
    ids, found = {one.id: one.slug for one in chosen}, dict[frozenset[str], int]()
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAP, [list(ids), sorted(DEPARTED)])
        for places, number in cursor.fetchall():
            key = frozenset(ids[place] for place in places)
            found[key] = found.get(key, 0) + number
    return found
