"""The coupons of a customer on the Overview: how many of each status, and those that can be redeemed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from coupons.enums import LIVE, CouponStatus
from coupons.queries import coupons_of
from coupons.rights import VIEW_COUPONS
from customers.models import Customer
from customers.profile.frame import Area, Card, OverviewCards, ProfilePage
from loyalty.staff.permissions import may

from .queries import CouponLine, numbers_of

MOST_SHOWN = 3


@dataclass(frozen=True)
class CouponStatistics:
    """`valid`: those that end first, of `number` in all."""

    numbers: Sequence[tuple[CouponStatus, int]]
    valid: Sequence[CouponLine]


def statistics_of(customer: Customer, at: dt.datetime) -> CouponStatistics | None:
    """None of whom has none, and never had; two queries."""
    numbers = numbers_of(customer, at)
    if not numbers:
        return None
    live = coupons_of(customer).filter(status__in=LIVE)
    live = live.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at)).order_by("expires_at", "id")
    return CouponStatistics(numbers, [CouponLine(coupon, at) for coupon in live[:MOST_SHOWN]])


def _cards(page: ProfilePage) -> Iterable[Card]:
    found = statistics_of(page.customer, timezone.now()) if may(page.request.user, VIEW_COUPONS) else None
    if found:
        yield Card(Area.SIDE, 30, "coupons/card.html", found)


OVERVIEW = OverviewCards(_cards)
