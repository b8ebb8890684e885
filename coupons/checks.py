"""Coupons against their redemptions and movements. Reads only; in SQL of its own, which shares nothing with the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from loyalty.verify.checks import Apart, Checks, Found, Mismatch, Piece, Weighed
from loyalty.verify.families import Families

# (customer, coupon, what is stored, what it should be).
_BALANCES = """
    SELECT c.customer_id, c.id, c.balance, m.moved FROM coupons_coupon c
    LEFT JOIN (SELECT coupon_id, sum(amount) AS moved FROM coupons_movement GROUP BY coupon_id) m ON m.coupon_id = c.id
    WHERE (c.balance IS NOT NULL OR m.moved IS NOT NULL) AND coalesce(c.balance, 0) IS DISTINCT FROM coalesce(m.moved, 0)
    ORDER BY c.id
"""
_USES = """
    SELECT c.customer_id, c.id, c.uses, coalesce(u.uses, 0) FROM coupons_coupon c
    LEFT JOIN (SELECT coupon_id, count(*) AS uses FROM coupons_use WHERE undone_at IS NULL GROUP BY coupon_id) u
        ON u.coupon_id = c.id
    WHERE c.uses <> coalesce(u.uses, 0) ORDER BY c.id
"""
# What of a coupon's status can be seen from the rest of it.
_STATUS = """
    SELECT customer_id, id, status, wanted FROM (
        SELECT customer_id, id, status, CASE
            WHEN uses = 0 THEN 'claimed'
            WHEN CASE WHEN balance IS NULL THEN uses < issued ELSE balance > 0 END THEN 'partially_redeemed'
            ELSE 'redeemed' END AS wanted
        FROM coupons_coupon WHERE status IN ('claimed', 'partially_redeemed', 'redeemed')
    ) found WHERE status <> wanted ORDER BY id
"""


@dataclass(frozen=True)
class CouponCheck:
    """All rows are looked at: there is nothing to weigh. `column`: what is compared."""

    name: str
    column: str
    sql: str

    @property
    def pieces(self) -> Sequence[Piece]:
        return (Piece("coupons_coupon", "0", "coalesce(customer_id, 0)"),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        cursor.execute(self.sql)
        rows = cursor.fetchall()
        return Apart(number=len(rows), mismatches=[self._mismatch(*row) for row in rows[:limit]])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])

    def _mismatch(self, customer: int | None, coupon: int, stored: Any, wanted: Any) -> Mismatch:
        return Mismatch(self.name, customer, f"coupons_coupon ({coupon})", {self.column: stored}, {self.column: wanted})


CHECKS = Checks(
    (
        CouponCheck("coupon_balances", "balance", _BALANCES),
        CouponCheck("coupon_uses", "uses", _USES),
        CouponCheck("coupon_statuses", "status", _STATUS),
    )
)
