"""Which coupons the lists of the APIs have, in which order."""

import datetime as dt
from collections.abc import Mapping, Sequence

from coupons.enums import CouponStatus
from coupons.filters import SHOWN, CouponFilters, CustomersCouponFilters
from coupons.models import Coupon
from customers.models import Customer
from loyalty.api.lists.asking import ListQuery
from loyalty.api.lists.paging import Page
from loyalty.engine.status import DEPARTED


def search(asked: Mapping[str, str], page: Page, at: dt.datetime) -> Sequence[Coupon]:
    """Anybody's, and one more than the page has. What is left of those who are gone is nobody's."""
    found = Coupon.objects.exclude(customer__status__in=DEPARTED).select_related("pool", "customer")
    found = CouponFilters(asked, found, at=at).exact
    return list(found.order_by("id")[page.offset : page.offset + page.limit + 1])


def displayed(customer: Customer, asked: Mapping[str, str], page: Page, at: dt.datetime) -> Sequence[Coupon]:
    found = Coupon.objects.filter(customer=customer, status__in=SHOWN).select_related("pool")
    found = CustomersCouponFilters(asked, found, at=at).exact
    return list(found.order_by("-id")[page.offset : page.offset + page.limit + 1])


def listed(customer: Customer, asked: ListQuery) -> list[Coupon]:
    """The page that is asked for, and one more."""
    found = Coupon.objects.filter(customer=customer).exclude(status=CouponStatus.TRANSFERRED).select_related("pool")
    return list(asked.of(found)[asked.page.offset : asked.page.offset + asked.page.limit + 1])
