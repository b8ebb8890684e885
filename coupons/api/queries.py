"""Which coupons the lists of the APIs have, in which order."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Q

from coupons.enums import CouponStatus
from coupons.filters import SHOWN, CouponFilters, CustomersCouponFilters
from coupons.models import Coupon
from coupons.queries import of_status
from customers.models import Customer
from loyalty.api.lists.criteria import Condition, ListQuery, Order, bounds_of, choice, moment
from loyalty.api.lists.paging import Page
from loyalty.engine.status import DEPARTED

CRITERIA = {
    "status": choice((*SHOWN, "invalid")),
    "claimed_at": moment(),
    "redeemed_at": moment(),
    "expiration_date": moment(),
}


def search(asked: Mapping[str, str], page: Page, at: dt.datetime) -> Sequence[Coupon]:
    """Anybody's, and one more than the page has. What is left of those who are gone is nobody's."""
    found = Coupon.objects.exclude(customer__status__in=DEPARTED).select_related("pool", "customer")
    found = CouponFilters(asked, found, at=at).exact
    return list(found.order_by("id")[page.offset : page.offset + page.limit + 1])


def displayed(customer: Customer, asked: Mapping[str, str], page: Page, at: dt.datetime) -> Sequence[Coupon]:
    found = Coupon.objects.filter(customer=customer, status__in=SHOWN).select_related("pool")
    found = CustomersCouponFilters(asked, found, at=at).exact
    return list(found.order_by("-id")[page.offset : page.offset + page.limit + 1])


_COLUMNS = {"expiration_date": "expires_at"}
# What is shown as the last second is stored as the one after it.
_SHIFT = {"expiration_date": dt.timedelta(seconds=1)}


def listed(customer: Customer, asked: ListQuery, at: dt.datetime) -> list[Coupon]:
    """The page that is asked for, and one more."""
    found = Coupon.objects.filter(customer=customer).exclude(status=CouponStatus.TRANSFERRED).select_related("pool")
    for condition in asked.conditions:
        found = found.filter(_look_up(condition, at))
    start = asked.page.offset
    return list(found.order_by(*_order(asked.order))[start : start + asked.page.limit + 1])


def _look_up(condition: Condition, at: dt.datetime) -> Q:
    if condition.field == "status":
        return of_status(condition.value, at)
    column = _COLUMNS.get(condition.field, condition.field)
    shift = _SHIFT.get(condition.field, dt.timedelta())
    return Q(**{f"{column}__{name}": bound + shift for name, bound in bounds_of(condition).items()})


def _order(orders: Sequence[Order]) -> list[Any]:
    """What there is nothing of comes last."""
    found: list[Any] = []
    for one in orders:
        column = F(_COLUMNS.get(one.field, one.field))
        found.append(column.desc(nulls_last=True) if one.descending else column.asc(nulls_last=True))
    return [*found, "-id"]
