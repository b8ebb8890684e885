"""What a customer's coupons can be narrowed and sorted by in the Read API."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, QuerySet

from coupons.filters import SHOWN
from coupons.models import Coupon
from coupons.queries import of_status
from loyalty.api.lists.compared import ComparedFilters, M, MomentFilter, OneOfFilter, Order


class StatusFilter(OneOfFilter):
    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.filter(of_status(value, self.parent.at))


class ReadCouponFilters(ComparedFilters):
    """Of one customer's, in the Read API; `at` is when the status is asked for."""

    status = StatusFilter((*SHOWN, "invalid"))
    claimed_at = MomentFilter()
    redeemed_at = MomentFilter()
    # What is shown as the last second is stored as the one after it.
    expiration_date = MomentFilter("expires_at", stored_later=dt.timedelta(seconds=1))

    class Meta:
        model = Coupon
        fields = ()

    def __init__(self, asked: Mapping[str, str], *, at: dt.datetime) -> None:
        super().__init__(asked)
        self.at = at

    @classmethod
    def ordered(cls, rows: QuerySet[M], order: Sequence[Order]) -> QuerySet[M]:
        """What there is nothing of comes last, of what is equal the last one first."""
        columns = ((F(cls.fields()[one.field].field_name), one.descending) for one in order)
        ways = [one.desc(nulls_last=True) if falls else one.asc(nulls_last=True) for one, falls in columns]
        return rows.order_by(*ways, "-id")
