"""Pools with how many coupons they have, coupons by code and by customer, what has become of them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from customers.models import Customer
from loyalty.formats import money

from .enums import LIVE, CouponStatus, CouponType
from .models import Coupon, Generation, Pool, Use
from .pools.patterns import folded


def pool_named(name: str) -> Pool | None:
    """By its ID, or its external one."""
    if "\x00" in name:
        return None
    return Pool.objects.filter(slug=name).first() or Pool.objects.filter(external_id=name).first()


def of_status(status: str, at: dt.datetime) -> Q:
    """As `holding.status_now` says it of one coupon: whose day is over is expired, whether or not the timer has come."""
    is_over = Q(status__in=LIVE, expires_at__lte=at)
    if status == CouponStatus.EXPIRED:
        return Q(status=status) | is_over
    return Q(status=status) & ~is_over if status in LIVE else Q(status=status)


def counts_of(pools: Collection[int]) -> Mapping[int, Mapping[str, int]]:
    """By pool, how many coupons have each status. Out of the index alone."""
    rows = Coupon.objects.filter(pool__in=pools).order_by().values_list("pool", "status").annotate(n=Count("id"))
    found: dict[int, dict[str, int]] = {pool: {} for pool in pools}
    for pool, status, number in rows:
        found[pool][status] = number
    return found


def worth(value: Decimal | None, pool: Pool) -> str:
    """What a coupon of the pool takes off, in words; nothing for free shipping."""
    if value is None or pool.type == CouponType.FREE_SHIPPING:
        return ""
    return f"{value.normalize():f} %" if pool.type == CouponType.PERCENTAGE else money(value, pool.currency)


def coupons_with(code: str) -> QuerySet[Coupon]:
    """In whatever pool, in capitals or not."""
    return Coupon.objects.filter(folded=folded(code)).select_related("pool", "customer").order_by("id")


def coupons_of(customer: Customer) -> QuerySet[Coupon]:
    """The last one that they got first."""
    return Coupon.objects.filter(customer=customer).select_related("pool", "customer").order_by("-id")


def uses_of(coupons: Collection[Coupon]) -> Mapping[int, Sequence[Use]]:
    """The redemptions that stand, by coupon, in their order."""
    found: dict[int, list[Use]] = {one.id: [] for one in coupons}
    for use in Use.objects.filter(coupon__in=found, undone_at__isnull=True).order_by("event_id"):
        found[use.coupon_id].append(use)
    return found


def generations_of(pool: Pool) -> Sequence[Generation]:
    """The latest ones first."""
    return list(Generation.objects.filter(pool=pool)[:10])


def masked(code: str) -> str:
    """As it stands in trails and lists of what was done: never whole."""
    return f"…{code[-4:]}" if len(code) > 8 else f"…{code[-1:]}"
