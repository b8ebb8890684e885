"""Bulk requests about coupons: codes that come into a pool, are given to customers, or taken back."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from coupons.actions import ASSIGN, CODE, POOL, UNASSIGN
from coupons.life.holding import UnknownCoupon
from coupons.models import Coupon, Pool
from coupons.pools.patterns import folded
from coupons.stock.adding import TAKEN, add_codes
from loyalty.bulk.kinds import BulkKind, Item, Result, Work
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from loyalty.refusals import Refused

FAMILY = "coupons"
# Of an item, beside its code.
CUSTOMER = "customer_id"


def _pool(work: Work) -> Pool:
    """The request names one that there is: none is deleted."""
    return Pool.objects.get(slug=work.target)


def add(work: Work) -> Sequence[Result]:
    refused = add_codes(_pool(work), [item.name for item in work.items], at=work.at)
    return [Result(None, _fault(item.name, refused.get(item.name))) for item in work.items]


def _fault(code: str, why: str | None) -> Refused | None:
    return Refused(0, f"The code {why}", field=CODE.name) if why else None


def assign(work: Work) -> Sequence[Result]:
    """A code that is not in the pool comes into it; one without a customer stays there."""
    refused = add_codes(_pool(work), [item.name for item in work.items], at=work.at)
    faults = {code: why for code, why in refused.items() if why != TAKEN}
    return _recorded(work, ASSIGN.name, lambda item: _fault(item.name, faults.get(item.name)))


def unassign(work: Work) -> Sequence[Result]:
    """Of a code of one holder the customer need not be named."""
    holders = _holders(work)
    items = [
        Item(one.name, {CUSTOMER: one.values.get(CUSTOMER) or holders.get(folded(one.name))}) for one in work.items
    ]
    named = Work(work.target, work.options, items, work.by, work.at)
    return _recorded(named, UNASSIGN.name, lambda item: None if item.values[CUSTOMER] else UnknownCoupon())


def _holders(work: Work) -> dict[str, str]:
    unnamed = [folded(item.name) for item in work.items if not item.values.get(CUSTOMER)]
    held = Coupon.objects.filter(pool__slug=work.target, folded__in=unnamed, customer__isnull=False)
    held = held.exclude(sharing="generic").exclude(status="transferred")
    return dict(held.values_list("folded", "customer__public_id"))


def _recorded(work: Work, action: str, fault: Callable[[Item], Refused | None]) -> Sequence[Result]:
    """Without an event for what is at fault, or names no customer."""
    faults = [fault(item) for item in work.items]
    named = [
        (place, item)
        for place, item in enumerate(work.items)
        if faults[place] is None and item.values.get(CUSTOMER) is not None
    ]
    events = [
        Incoming(str(item.values[CUSTOMER]), action, {POOL.name: work.target, CODE.name: item.name})
        for _, item in named
    ]
    outcomes = record(events, by=work.by, at=work.at) if events else []
    found = [Result(None, one) for one in faults]
    for (place, _item), outcome in zip(named, outcomes, strict=True):
        found[place] = Result(outcome.state.customer.id if outcome.state else None, outcome.error)
    return found


ADD = BulkKind("coupon_add", FAMILY, _("Add codes"), add)
ASSIGN_MANY = BulkKind("coupon_assign", FAMILY, _("Assign coupons"), assign)
UNASSIGN_MANY = BulkKind("coupon_unassign", FAMILY, _("Unassign coupons"), unassign)
KINDS = {"add": ADD, "assign": ASSIGN_MANY, "unassign": UNASSIGN_MANY}
