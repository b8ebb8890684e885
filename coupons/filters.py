"""What lists of coupons can be narrowed by."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter

from coupons.enums import CouponStatus, CouponType
from coupons.models import Coupon
from coupons.pools.patterns import folded
from coupons.queries import of_status
from loyalty.database.filters import ListFilters

# What the Display API shows; the others it does not have.
SHOWN = ("claimed", "expired", "partially_redeemed", "redeemed")
HELD = [(one.value, one.label) for one in CouponStatus if one != CouponStatus.UNASSIGNED]
TOO_LARGE = 10**12
LONGEST_TYPED = 64


class _Coupons(ListFilters):
    """`at` is when the status is asked for: whose day is over is expired."""

    code = CharFilter(method="by_code", strip=False, help_text="The code, in capitals or not.")

    def __init__(self, asked: Mapping[str, str], coupons: QuerySet[Coupon], *, at: dt.datetime) -> None:
        super().__init__(asked, coupons)
        self.at = at

    def by_code(self, found: QuerySet[Coupon], name: str, value: str) -> QuerySet[Coupon]:
        return found.filter(folded=folded(value))

    def by_status(self, found: QuerySet[Coupon], name: str, value: str) -> QuerySet[Coupon]:
        return found.filter(of_status(value, self.at))


class CouponFilters(_Coupons):
    """Of anybody's, in the Entities API."""

    status = ChoiceFilter(choices=CouponStatus.choices, method="by_status", help_text="Those of this status.")
    examples = {"code": "SPRING-4F7K2M", "status": "claimed"}


class CustomersCouponFilters(_Coupons):
    """Of one customer's, in the Display API."""

    name = CharFilter("pool__name", strip=False, help_text="Those of a pool of this name.")
    status = ChoiceFilter(
        choices=[(one, one) for one in SHOWN],
        method="by_status",
        help_text=f"One of {', '.join(SHOWN)}; any other finds nothing.",
    )
    type = ChoiceFilter(
        field_name="pool__type", choices=CouponType.choices, help_text=f"One of {', '.join(CouponType.values)}."
    )
    value = CharFilter(method="by_value", strip=False, help_text="Of just this value.")
    examples = {"code": "SPRING-4F7K2M"}

    def by_value(self, found: QuerySet[Coupon], name: str, value: str) -> QuerySet[Coupon]:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return found.none()
        return found.filter(value=number) if number.is_finite() and abs(number) < TOO_LARGE else found.none()


class HeldCouponFilters(_Coupons):
    """Of one customer's, in the back office."""

    code = None
    status = ChoiceFilter(choices=HELD, method="by_status")
    # Cut by the page: a text that no filter takes would filter nothing.
    text = CharFilter(method="by_text", max_length=LONGEST_TYPED)

    def by_text(self, found: QuerySet[Coupon], name: str, value: str) -> QuerySet[Coupon]:
        """A part of the code in capitals or not, or of the pool's name."""
        return found.filter(Q(folded__contains=folded(value)) | Q(pool__name__icontains=value))
