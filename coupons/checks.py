"""Coupons against their redemptions and movements. Reads only; in SQL of its own, which shares nothing with the rules."""

from loyalty.verify.checks import Checks
from loyalty.verify.row_checks import RowCheck

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


_TABLE, _HOLDER = "coupons_coupon", "coalesce(customer_id, 0)"
CHECKS = Checks(
    (
        RowCheck("coupon_balances", _TABLE, "balance", _BALANCES, _HOLDER),
        RowCheck("coupon_uses", _TABLE, "uses", _USES, _HOLDER),
        RowCheck("coupon_statuses", _TABLE, "status", _STATUS, _HOLDER),
    )
)
