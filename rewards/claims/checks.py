"""Stocks against claims, claims and bids against the ledger. Reads only; in SQL of its own, which shares nothing with the rules."""

from loyalty.verify.checks import Checks
from loyalty.verify.row_checks import RowCheck

# Each selects (customer, key, what is stored, what it should be). A reward without a stock counts nothing; one that only one
# customer has claimed is told as theirs.
_TAKEN = """
    SELECT CASE WHEN c.first = c.last THEN c.first END, r.id, t.taken, coalesce(c.number, 0)::bigint FROM rewards_reward r
    LEFT JOIN claims_taken t ON t.reward_id = r.id
    LEFT JOIN (
        SELECT reward_id, sum(count) AS number, min(customer_id) AS first, max(customer_id) AS last FROM claims_claim
        WHERE revoked_by IS NULL GROUP BY 1
    ) c ON c.reward_id = r.id
    WHERE r.stock IS NOT NULL AND t.taken IS DISTINCT FROM coalesce(c.number, 0) ORDER BY r.id
"""
# What a claim has spent are the entries of its event, and what came back those of its revocation.
_MOVED = """
    SELECT c.customer_id, c.event_id, c.spent, coalesce(e.points, 0)::bigint FROM claims_claim c
    LEFT JOIN (
        SELECT event_id, sum(abs(points)) AS points FROM points_entry WHERE kind = '{kind}' GROUP BY event_id
    ) e ON e.event_id = c.{event}
    WHERE c.{event} IS NOT NULL AND c.spent <> coalesce(e.points, 0)
"""
_SPENT = " UNION ALL ".join(
    _MOVED.format(kind=kind, event=event) for kind, event in (("spend", "event_id"), ("unspend", "revoked_by"))
)
_BIDS = """
    SELECT h.customer_id, h.reward_id, h.points, b.reserved FROM claims_highestbid h CROSS JOIN LATERAL (
        SELECT CASE WHEN b.settled_by IS NULL AND b.customer_id = h.customer_id AND b.reward_id = h.reward_id THEN (
            SELECT coalesce(sum(-e.points), 0)::bigint FROM points_entry e WHERE e.event_id = b.event_id AND e.kind = 'reserve'
        ) END AS reserved FROM claims_bid b WHERE b.event_id = h.bid_id
    ) b WHERE h.points IS DISTINCT FROM b.reserved ORDER BY h.reward_id
"""
# A bid that nothing has settled is the highest of its reward.
_OPEN_BIDS = """
    SELECT b.customer_id, b.event_id, b.points, NULL::bigint FROM claims_bid b
    LEFT JOIN claims_highestbid h ON h.bid_id = b.event_id WHERE b.settled_by IS NULL AND h.bid_id IS NULL ORDER BY b.event_id
"""


CHECKS = Checks(
    (
        RowCheck("rewards_taken", "claims_taken", "taken", _TAKEN, customer="0"),
        RowCheck("claims_spent", "claims_claim", "spent", f"{_SPENT} ORDER BY 2"),
        RowCheck("highest_bids", "claims_highestbid", "points", _BIDS),
        RowCheck("open_bids", "claims_bid", "points", _OPEN_BIDS),
    )
)
