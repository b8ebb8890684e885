"""Status points by day as the ledger and the orders have them: what is counted for a structure that nobody counted for."""

from typing import Any

from django.conf import settings

from events.orders.actions import ACTIONS as OF_ORDERS
from loyalty.engine.actions import names_of
from loyalty.program.queries import general_settings
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import StructureType
from loyalty.tiers.status_points.counting import CHECKOUT

# Profiles that were merged away are their survivors: their lots have moved, their events and entries have not.
_FAMILY = (
    "SELECT lot.customer_id AS id UNION ALL SELECT source_id FROM customers_merge WHERE survivor_id = lot.customer_id"
)
# Of each entry the lot whose day counts: of what a refund took elsewhere the first lot of its own order.
_POINTS = f"""
SELECT coalesce(m.survivor_id, e.customer_id) AS customer_id, counted.day, sum(e.points)::numeric AS points
FROM points_entry e
LEFT JOIN customers_merge m ON m.source_id = e.customer_id
JOIN events_event v ON v.customer_id = e.customer_id AND v.id = e.event_id
LEFT JOIN points_lot lot ON lot.customer_id = e.customer_id AND lot.id = e.lot_id
LEFT JOIN LATERAL (
    SELECT earner.transaction_id, earner.action FROM ({_FAMILY}) family
    JOIN events_event earner ON earner.customer_id = family.id AND earner.id = lot.event_id
    WHERE e.kind <> 'earn' LIMIT 1
) earned ON true
LEFT JOIN LATERAL (
    SELECT own.earned_at, own.event_id FROM events_event earner
    JOIN points_lot own ON own.customer_id = e.customer_id AND own.event_id = earner.id
    WHERE e.kind = 'refund' AND earned.transaction_id IS DISTINCT FROM v.transaction_id
        AND earner.customer_id IN (SELECT e.customer_id UNION ALL SELECT source_id FROM customers_merge WHERE survivor_id = e.customer_id)
        AND earner.transaction_id = v.transaction_id
    ORDER BY own.id LIMIT 1
) first ON true
CROSS JOIN LATERAL (
    SELECT coalesce(first.earned_at, lot.earned_at, v.occurred_at) AS at, coalesce(first.event_id, lot.event_id) AS about,
        CASE WHEN e.kind = 'earn' THEN v.action WHEN first.event_id IS NOT NULL THEN 'checkout' ELSE earned.action END AS action
) chosen
LEFT JOIN tiers_latepoints late ON late.customer_id = coalesce(m.survivor_id, e.customer_id)
    AND late.structure_id = %(structure)s AND late.about = chosen.about
CROSS JOIN LATERAL (SELECT coalesce(late.day, (chosen.at AT TIME ZONE %(zone)s)::date) AS day) counted
WHERE e.account_id = %(account)s AND e.kind IN ('earn', 'deduct', 'refund')
    AND (%(everybody)s OR e.customer_id = ANY(
        %(customers)s::bigint[] || ARRAY(SELECT source_id FROM customers_merge WHERE survivor_id = ANY(%(customers)s::bigint[]))
    ))
    AND (%(all_actions)s OR chosen.action = ANY(%(actions)s))
GROUP BY 1, 2
"""
_SPENT = """
SELECT o.customer_id, counted.day, sum(o.bought) AS points
FROM events_transaction o
LEFT JOIN tiers_latepoints late ON late.customer_id = o.customer_id AND late.structure_id = %(structure)s AND late.about = o.id
CROSS JOIN LATERAL (SELECT coalesce(late.day, (o.checkout_at AT TIME ZONE %(zone)s)::date) AS day) counted
WHERE o.status = 'accepted' AND coalesce(o.currency, %(default)s) = %(currency)s
    AND (%(everybody)s OR o.customer_id = ANY(%(customers)s))
GROUP BY 1, 2
"""
_NOTHING = "SELECT NULL::bigint AS customer_id, NULL::date AS day, NULL::numeric AS points WHERE false"


def days_from_history(rule: StructureRule, customers: list[int] | None = None) -> tuple[str, dict[str, Any]]:
    """A select of (customer_id, day, points), and its parameters; of everybody where no customers are named."""
    actions = set(rule.actions) | (names_of(OF_ORDERS) if CHECKOUT in rule.actions else set())
    params = {
        "structure": rule.id,
        "account": rule.account_id,
        "zone": settings.TIME_ZONE,
        "everybody": customers is None,
        "customers": customers or [],
        "all_actions": not rule.actions,
        "actions": sorted(actions),
        "currency": rule.currency,
        "default": general_settings().currency,
    }
    sql = {StructureType.SPEND_BASED: _SPENT, StructureType.POINT_BASED: _POINTS}.get(rule.type, _NOTHING)
    return sql, params
