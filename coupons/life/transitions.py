"""From which status a coupon comes to which, and by what: the one table of it. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum, auto

from coupons.enums import CouponStatus

_UNASSIGNED, _CLAIMED, _PARTIAL, _REDEEMED, _EXPIRED, _INVALID, _TRANSFERRED = (
    CouponStatus.UNASSIGNED,
    CouponStatus.CLAIMED,
    CouponStatus.PARTIALLY_REDEEMED,
    CouponStatus.REDEEMED,
    CouponStatus.EXPIRED,
    CouponStatus.INVALID,
    CouponStatus.TRANSFERRED,
)


class Act(StrEnum):
    ASSIGN = auto()
    # Of an aggregated pool: whoever holds its code gets another use of it.
    ASSIGN_AGAIN = auto()
    UNASSIGN = auto()
    REDEEM = auto()
    UNREDEEM = auto()
    INVALIDATE = auto()
    TRANSFER = auto()
    EXPIRE = auto()
    CHANGE_EXPIRATION = auto()


# Act → status before → the statuses that it may have afterwards. Which of them it is depends on what is left of the coupon.
TRANSITIONS: Mapping[Act, Mapping[CouponStatus, frozenset[CouponStatus]]] = {
    Act.ASSIGN: {_UNASSIGNED: frozenset({_CLAIMED})},
    Act.ASSIGN_AGAIN: {
        _CLAIMED: frozenset({_CLAIMED}),
        _PARTIAL: frozenset({_PARTIAL}),
        # Expired by what comes in late: of a code whose day is over for both.
        _REDEEMED: frozenset({_PARTIAL, _EXPIRED}),
        _EXPIRED: frozenset({_CLAIMED, _PARTIAL, _EXPIRED}),
    },
    Act.UNASSIGN: {_CLAIMED: frozenset({_UNASSIGNED})},
    Act.REDEEM: {
        _CLAIMED: frozenset({_REDEEMED, _PARTIAL, _INVALID}),
        _PARTIAL: frozenset({_REDEEMED, _PARTIAL, _INVALID}),
    },
    Act.UNREDEEM: {
        _REDEEMED: frozenset({_CLAIMED, _PARTIAL, _EXPIRED}),
        _PARTIAL: frozenset({_CLAIMED, _PARTIAL, _EXPIRED}),
        # Only by a rest that was written off, which comes back.
        _INVALID: frozenset({_CLAIMED, _PARTIAL, _EXPIRED}),
        # It stays so; what was spent is put back all the same.
        _EXPIRED: frozenset({_EXPIRED}),
    },
    Act.INVALIDATE: {_UNASSIGNED: frozenset({_INVALID}), _CLAIMED: frozenset({_INVALID})},
    Act.TRANSFER: {_CLAIMED: frozenset({_TRANSFERRED})},
    Act.EXPIRE: {_CLAIMED: frozenset({_EXPIRED}), _PARTIAL: frozenset({_EXPIRED})},
    Act.CHANGE_EXPIRATION: {
        _CLAIMED: frozenset({_CLAIMED, _EXPIRED}),
        _PARTIAL: frozenset({_PARTIAL, _EXPIRED}),
        # Redeemed if what was left of it was taken back meanwhile.
        _EXPIRED: frozenset({_CLAIMED, _PARTIAL, _EXPIRED, _REDEEMED}),
    },
}
# What staff may ask for in the menu of a coupon that somebody holds, in its order.
_OF_A_HOLDER = (Act.REDEEM, Act.UNREDEEM, Act.INVALIDATE, Act.UNASSIGN, Act.TRANSFER, Act.CHANGE_EXPIRATION)


def is_legal(act: Act, before: CouponStatus, after: CouponStatus) -> bool:
    return after in TRANSITIONS[act].get(before, frozenset())


def may(act: Act, status: CouponStatus, *, uses: int = 0, is_written_off: bool = False) -> bool:
    """Whether a coupon in that status can be done so to. `uses`: the redemptions that stand."""
    if act == Act.UNREDEEM:
        return uses > 0 and (status != CouponStatus.INVALID or is_written_off) and status in TRANSITIONS[act]
    return status in TRANSITIONS[act]


def acts_on(status: CouponStatus, *, uses: int, is_written_off: bool) -> Iterable[Act]:
    return [act for act in _OF_A_HOLDER if may(act, status, uses=uses, is_written_off=is_written_off)]
