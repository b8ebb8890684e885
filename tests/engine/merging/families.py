"""The books of customers with the profiles that were merged into them, added up without the programme's own checks."""

from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.engine.world import rows

_FAMILY = (
    "WITH family AS (SELECT c.id, coalesce(m.survivor_id, c.id) AS survivor"
    " FROM customers_customer c LEFT JOIN customers_merge m ON m.source_id = c.id)"
)
_SUMS = f"""{_FAMILY}
SELECT survivor, account_id,
    coalesce(sum(points) FILTER (WHERE kind IN ('earn', 'deduct', 'refund')), 0)::bigint,
    -coalesce(sum(points) FILTER (WHERE kind IN ('spend', 'unspend')), 0)::bigint,
    -coalesce(sum(points) FILTER (WHERE kind = 'expire'), 0)::bigint,
    -coalesce(sum(points) FILTER (WHERE kind IN ('reserve', 'release')), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE kind = 'pending'), 0)::bigint,
    -coalesce(sum(points) FILTER (WHERE lot_id IS NULL AND kind <> 'pending'), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE lot_id IS NOT NULL), 0)::bigint
FROM family JOIN points_entry ON customer_id = family.id GROUP BY 1, 2
"""
_LOTS = f"""{_FAMILY}
SELECT survivor, lot_id, coalesce(sum(points) FILTER (WHERE kind = 'earn'), 0)::bigint, sum(points)::bigint,
    -coalesce(sum(points) FILTER (WHERE kind = 'expire'), 0)::bigint
FROM family JOIN points_entry ON customer_id = family.id WHERE lot_id IS NOT NULL GROUP BY 1, 2
"""
OWNED = ("points_balance", "points_pending", "events_transaction", "points_bonususe")


def check_families() -> None:
    """Balances and lots are the sums of the entries of the whole family; nothing is left behind; every ID resolves."""
    stored = rows(
        "SELECT customer_id, account_id, earned, spent, expired, reserved, pending, debt, spendable FROM points_balance"
    )
    assert {row[:2]: row[2:] for row in rows(_SUMS) if any(row[2:])} == {
        row[:2]: row[2:] for row in stored if any(row[2:])
    }
    living = "customer_id NOT IN (SELECT source_id FROM customers_merge)"
    assert sorted(rows(_LOTS)) == sorted(
        rows(f"SELECT customer_id, id, points, remaining, expired FROM points_lot WHERE {living}")
    )
    assert not rows(f"SELECT 1 FROM points_lot WHERE NOT ({living}) AND remaining <> 0")
    for table in OWNED:
        assert not rows(f"SELECT 1 FROM {table} WHERE NOT ({living})"), table
    # A pair of entries for each lot and merge.
    assert not rows("SELECT lot_id FROM points_entry WHERE kind = 'move' GROUP BY lot_id HAVING sum(points) <> 0")
    check_tree()
    # The programme's own checks see it alike.
    assert compare(all_checks(), limit=10).mismatches == []


def check_tree() -> None:
    """No cycle and no chain; whoever is merged says so; no identity names a profile that is gone, and all others are named."""
    assert not rows("SELECT 1 FROM customers_merge m JOIN customers_merge n ON n.source_id = m.survivor_id")
    assert rows("SELECT count(*) FROM customers_merge") == rows(
        "SELECT count(*) FROM customers_customer JOIN customers_merge ON source_id = id WHERE status = 'merged'"
    )
    assert not rows(
        "SELECT 1 FROM customers_customer WHERE status = 'merged' AND id NOT IN (SELECT source_id FROM customers_merge)"
    )
    assert not rows("SELECT 1 FROM customers_identity i JOIN customers_merge ON source_id = i.customer_id")
    assert not rows(
        "SELECT 1 FROM customers_customer c WHERE NOT is_erased(c.id) AND NOT EXISTS (SELECT 1 FROM customers_identity i"
        " WHERE i.scheme = 'id' AND i.value = c.public_id)"
    )
