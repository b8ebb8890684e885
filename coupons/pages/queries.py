"""Pools as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from coupons.enums import CouponStatus
from coupons.models import Pool
from coupons.pools.patterns import bits, is_generic, is_strong
from coupons.queries import counts_of, worth


@dataclass(frozen=True)
class PoolLine:
    pool: Pool
    counts: Sequence[tuple[CouponStatus, int]]

    @property
    def total(self) -> int:
        return sum(number for _status, number in self.counts)

    @property
    def unassigned(self) -> int:
        return dict(self.counts).get(CouponStatus.UNASSIGNED, 0)

    @property
    def redeemed(self) -> int:
        """At least once."""
        found = dict(self.counts)
        return found.get(CouponStatus.REDEEMED, 0) + found.get(CouponStatus.PARTIALLY_REDEEMED, 0)

    @property
    def worth(self) -> str:
        return worth(self.pool.value, self.pool)

    @property
    def is_generic(self) -> bool:
        return bool(self.pool.pattern) and is_generic(self.pool.pattern)

    @property
    def bits(self) -> int:
        return int(bits(self.pool.pattern))

    @property
    def is_strong(self) -> bool:
        return is_strong(self.pool.pattern)


def lines_of(pools: Sequence[Pool]) -> list[PoolLine]:
    """With how many coupons there are of each status; one query."""
    found = counts_of([pool.pk for pool in pools])
    return [
        PoolLine(pool, [(one, found[pool.pk][one.value]) for one in CouponStatus if one.value in found[pool.pk]])
        for pool in pools
    ]
