"""The coupons of a customer as the profile shows them."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coupons.enums import CouponStatus
from coupons.life.holding import status_now
from coupons.life.transitions import Act, acts_on
from coupons.models import Coupon
from coupons.queries import of_status, worth
from coupons.rights import CHANGE_COUPONS, REDEEM_COUPONS
from customers.models import Customer
from loyalty.contributions import contributed
from loyalty.formats import money
from loyalty.staff.roles.rights import Right
from loyalty.ui.responses import Text


@dataclass(frozen=True)
class RowAction:
    """What the menu of a coupon offers, in a dialog."""

    label: Text
    page: str
    icon: str
    right: Right
    is_dangerous: bool = False


ACTIONS: Mapping[Act, RowAction] = {
    Act.REDEEM: RowAction(_("Redeem"), "coupons:redeem", "ticket-check", REDEEM_COUPONS),
    Act.UNREDEEM: RowAction(_("Unredeem"), "coupons:unredeem", "undo-2", REDEEM_COUPONS),
    Act.INVALIDATE: RowAction(_("Invalidate"), "coupons:invalidate", "ticket-x", CHANGE_COUPONS, is_dangerous=True),
    Act.UNASSIGN: RowAction(_("Unassign"), "coupons:unassign", "ticket-minus", CHANGE_COUPONS, is_dangerous=True),
    Act.TRANSFER: RowAction(_("Transfer"), "coupons:transfer", "send", CHANGE_COUPONS),
    Act.CHANGE_EXPIRATION: RowAction(_("Change expiration"), "coupons:expiration", "calendar-clock", CHANGE_COUPONS),
}


@dataclass(frozen=True)
class KeptCoupons:
    """Contributed: which of the coupons with these ids their holders cannot transfer, whatever their status. One query."""

    read: Callable[[Collection[int]], Collection[int]]


def kept(coupons: Sequence[Coupon]) -> frozenset[int]:
    """The ids of those that cannot be transferred by what other rooms say of them."""
    ids = [coupon.pk for coupon in coupons]
    return frozenset(id for one in contributed(KeptCoupons) for id in one.read(ids)) if ids else frozenset()


@dataclass(frozen=True)
class CouponLine:
    """A coupon that somebody holds or held, at an instant."""

    coupon: Coupon
    at: dt.datetime
    is_kept: bool = False

    @property
    def status(self) -> CouponStatus:
        """Whose day is over is expired, whether or not the timer has come."""
        return status_now(self.coupon, self.at)

    @property
    def amount(self) -> str:
        return worth(self.coupon.value, self.coupon.pool)

    @property
    def balance(self) -> str:
        if self.coupon.balance is None:
            return ""
        return money(self.coupon.balance, self.coupon.pool.currency)

    @property
    def usages(self) -> str:
        """With how many there may be where that is more than one."""
        is_counted = self.coupon.balance is None and self.coupon.issued > 1
        return f"{self.coupon.uses} / {self.coupon.issued}" if is_counted else str(self.coupon.uses)

    @property
    def last_day(self) -> dt.datetime | None:
        """An instant of the last day on which it is valid."""
        return self.coupon.expires_at - dt.timedelta(microseconds=1) if self.coupon.expires_at else None

    def menu(self, rights: Iterable[Right]) -> list[tuple[RowAction, str]]:
        """What may be done with it now by whoever has these rights: with the address of its dialog."""
        held, coupon = set(rights), self.coupon
        acts = acts_on(self.status, uses=coupon.uses, is_written_off=coupon.written_off is not None)
        acts = [act for act in acts if act in ACTIONS and not (self.is_kept and act == Act.TRANSFER)]
        offered = [ACTIONS[act] for act in acts if ACTIONS[act].right in held]
        return [(one, reverse(one.page, args=[coupon.customer_id, coupon.id])) for one in offered]


def numbers_of(customer: Customer, at: dt.datetime) -> Sequence[tuple[CouponStatus, int]]:
    """How many coupons of each status the customer has by now, of those that are any; one query."""
    counts = {one.value: Count("id", filter=of_status(one, at)) for one in CouponStatus}
    found = Coupon.objects.filter(customer=customer).aggregate(**counts)
    return [(one, found[one.value]) for one in CouponStatus if found[one.value]]
