"""Comparing status points and levels takes a few times what summing up the entries takes."""

import statistics

import pytest

from loyalty.tiers.checks import CHECKS
from loyalty.verify.comparison import verify
from tests.engine.world import rows
from tests.tiers.ladders import set_up, structure
from tests.verify.corrupting import as_owner
from tests.verify.test_verify_speed import CUSTOMERS, PLAIN, fill, seconds

STRUCTURES = (
    structure(),
    structure("listed", actions=["checkout"]),
    structure("spent", type="spend_based", currency="EUR"),
)
# Written by what the events of the volume are, without the rules: refunds of the second order are all of it.
DAYS = """
    INSERT INTO tiers_statusday (customer_id, structure_id, day, points)
    SELECT l.customer_id, s.id, (l.earned_at AT TIME ZONE 'Europe/Budapest')::date, CASE s.type WHEN 'point_based' THEN l.points ELSE o.total END
    FROM tiers_structure s, points_lot l JOIN events_transaction o ON o.customer_id = l.customer_id AND o.event_id = l.event_id
    WHERE o.status = 'accepted';
    INSERT INTO tiers_customertier (customer_id, structure_id, level_id, since)
    SELECT c.id, s.id, l.id, c.created_at FROM customers_customer c, tiers_structure s JOIN tiers_level l ON l.structure_id = s.id
    WHERE position = 0
"""


@pytest.mark.prove
def test_it_takes_a_few_times_a_plain_sum(committed_db: None) -> None:
    set_up(*STRUCTURES)
    rows("UPDATE tiers_recalculation SET status = 'done'")
    fill(CUSTOMERS)
    rows(DAYS)
    as_owner("VACUUM (ANALYZE) tiers_statusday", "VACUUM (ANALYZE) tiers_customertier")
    found = verify(CHECKS.checks, limit=10)
    assert found.mismatches == []
    assert (
        found.compared["status_days"]
        == 3 * rows("SELECT count(*) FROM events_transaction WHERE status = 'accepted'")[0][0]
    )
    measured: dict[str, list[float]] = {"plain": [], "tiers": []}
    for _ in range(5):
        measured["plain"].append(seconds(lambda: rows(PLAIN)))
        measured["tiers"].append(seconds(lambda: verify(CHECKS.checks, limit=10)))
    plain, tiers = (statistics.median(times) for times in measured.values())
    print(f"plain {plain:.2f} s, three structures {tiers:.2f} s: × {tiers / plain:.2f}")

    # Each structure reads the entries or the orders once, and the days once.
    assert tiers <= 10 * plain
