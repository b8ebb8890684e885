"""What staff do with the coupons of a customer."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from customers.models import Customer
from customers.queries import customer_named
from customers.sight.queries import reached
from loyalty.database.folding import folded as without_case
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Outcome
from loyalty.engine.record import record_one
from loyalty.engine.status import DEPARTED
from loyalty.intake.hand import recorded
from loyalty.intake.once import REPLAYED, AlreadyRecorded
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand, staff_actor
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender
from loyalty.staff.sight import EVERYTHING, Sight

from .actions import AMOUNT, ASSIGN, CHANGE, CODE, INVALIDATE, POOL, REDEEM, TRANSACTION, TRANSFER, UNASSIGN, UNREDEEM
from .codes import NOT_NOW
from .enums import CouponStatus
from .life.mechanism import EXPIRES_ON
from .models import Coupon, Pool
from .queries import masked
from .rights import CHANGE_COUPONS, CONFIGURE_COUPONS, REDEEM_COUPONS


@operation(right=CHANGE_COUPONS, audit="coupon.assign", approvable=BY_HAND)
def assign_coupon(*, customer: Customer, pool: Pool, by: Sender, code: str = "") -> Deed[Outcome]:
    """A certain code of the pool, or the next one that is free. Raises Refused (123771, 160216, 1601, 1602)."""
    data = {POOL.name: pool.slug, **({CODE.name: code} if code else {})}
    return _done(record_by_hand(customer.public_id, ASSIGN.name, data, by=by))


@operation(right=REDEEM_COUPONS, audit="coupon.redeem", approvable=BY_HAND)
def redeem_coupon(
    *, coupon: Coupon, customer: Customer, by: Sender, amount: Decimal | None = None, transaction_id: str = ""
) -> Deed[Outcome]:
    """Raises Refused (1601 to 1606), PermissionDenied."""
    more = {AMOUNT.name: amount, TRANSACTION.name: transaction_id or None}
    return _record(coupon, customer, REDEEM.name, by, more)


@operation(right=REDEEM_COUPONS, audit="coupon.unredeem", approvable=BY_HAND)
def unredeem_coupon(*, coupon: Coupon, customer: Customer, by: Sender) -> Deed[Outcome]:
    """The last redemption that stands. Raises Refused (1601, 1602), PermissionDenied."""
    return _record(coupon, customer, UNREDEEM.name, by)


@operation(right=CHANGE_COUPONS, audit="coupon.unassign", approvable=BY_HAND)
def unassign_coupon(*, coupon: Coupon, customer: Customer, by: Sender) -> Deed[Outcome]:
    return _record(coupon, customer, UNASSIGN.name, by)


@operation(right=CHANGE_COUPONS, audit="coupon.invalidate", approvable=BY_HAND)
def invalidate_coupon(*, coupon: Coupon, customer: Customer, by: Sender, reason: str = "") -> Deed[Outcome]:
    return _record(coupon, customer, INVALIDATE.name, by, {"reason": reason or None})


@operation(right=CHANGE_COUPONS, audit="coupon.expiration", approvable=BY_HAND)
def change_expiration(*, coupon: Coupon, customer: Customer, day: date | None, by: Sender) -> Deed[Outcome]:
    """The last day on which it is valid; None: for good. Raises Refused (1601, 1602), PermissionDenied."""
    return _record(coupon, customer, CHANGE.name, by, {"after": {EXPIRES_ON: day.isoformat() if day else None}})


@operation(right=CHANGE_COUPONS, audit="coupon.transfer", approvable=BY_HAND)
def transfer_coupon(*, coupon: Coupon, customer: Customer, receiver: Customer, by: Sender) -> Deed[Outcome]:
    """Raises Refused (1601, 1602; 160216 for a receiver who is not active), PermissionDenied."""
    nonce = f"staff:{by.user.pk}:{by.token}" if by.user and by.token else None
    target = ("id", receiver.public_id)
    incoming = Incoming(customer.public_id, TRANSFER.name, _naming(coupon), target=target, nonce=nonce)
    try:
        outcome = recorded(TRANSFER.name, by, lambda: record_one(incoming, by=staff_actor(by), at=by.at))
    except Refused as refused:
        if refused.code == REPLAYED:
            raise AlreadyRecorded from None
        raise
    return _done(outcome)


@operation(right=CONFIGURE_COUPONS, audit="coupon.withdraw")
def withdraw_code(*, coupon: Coupon, by: Sender) -> Deed[Coupon]:
    """Invalidate a code that nobody holds. Raises Refused (1602) if somebody has got it meanwhile, or it is invalid already."""
    free = Coupon.objects.filter(pk=coupon.pk, status=CouponStatus.UNASSIGNED)
    if not free.update(status=CouponStatus.INVALID, invalidated_at=by.at):
        raise Refused(NOT_NOW, "Only a coupon that nobody holds can be withdrawn")
    return Deed(coupon, subject=f"coupon_pool:{coupon.pool.slug}", after={CODE.name: masked(coupon.code)})


def receiver_named(text: str, sight: Sight = EVERYTHING) -> Customer | None:
    """By ID, external ID or e-mail address, in capitals or not. Raises Refused where several have the address or the ID,
    PermissionDenied for an address or an external ID of a field that is not seen."""
    found = customer_named(text.strip(), sight)
    if found is not None:
        return found
    if "@" in text:
        sight.require("email")
    living = (
        Customer.objects.exclude(status__in=DEPARTED)
        .filter(reached(sight))
        .alias(folded_email=without_case("email"), folded_id=without_case("public_id"))
    )
    wanted = text.strip().lower()
    several = list(living.filter(folded_email=wanted)[:2]) or list(living.filter(folded_id=wanted)[:2])
    if len(several) > 1:
        raise Refused(NOT_NOW, "Several customers have this address: name the ID", field="receiver")
    return several[0] if several else None


def _naming(coupon: Coupon) -> dict[str, Any]:
    return {CODE.name: coupon.code, POOL.name: coupon.pool.slug}


def _record(
    coupon: Coupon, customer: Customer, action: str, by: Sender, more: Mapping[str, Any] | None = None
) -> Deed[Outcome]:
    said = {name: value for name, value in (more or {}).items() if value is not None}
    return _done(record_by_hand(customer.public_id, action, {**_naming(coupon), **said}, by=by))


def _done(outcome: Outcome) -> Deed[Outcome]:
    data = outcome.events[0].data
    return deed_of(outcome, after={POOL.name: data[POOL.name], CODE.name: masked(data[CODE.name])})
