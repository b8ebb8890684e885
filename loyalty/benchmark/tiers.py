"""A threshold that changes for everybody, against one statement written by hand that leaves the same rows; and what
a structure costs a checkout.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import report, rows
from .scratch import CannotMeasure, Scratch, Server, settle
from .tills import turns

# The floor's time by ours: three of its times are allowed. And the rate of checkouts with a structure by that without.
GOAL, GOAL_OF_CHECKOUTS = 1 / 3, 0.93

_STRUCTURE = (
    "UPDATE staff_generalsettings SET modules = '{{expiring_points,tiers}}'",
    """
    INSERT INTO tiers_structure (slug, name, status, account_id, type, expiration, rolling_months)
    SELECT 'club', 'Club', 'active', id, 'point_based', 'none', 12 FROM points_account WHERE is_default
    """,
    """
    INSERT INTO tiers_level (structure_id, slug, position, names, threshold, "values")
    SELECT s.id, 't' || place, place, '{{"en": "Level"}}', (ARRAY[0, 1000, 5000])[place + 1], '{{}}'
    FROM tiers_structure s, generate_series(0, 2) place
    """,
)
_FILL = (
    *_STRUCTURE,
    """
    INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, optin_at, purchase_total, purchase_count, purchase_item_count)
    SELECT 'customer-' || number, 'active', '{{}}', now(), now(), now(), 0, 0, 0 FROM generate_series(1, {customers}) number
    """,
    # Three days each: between 0 and 2,000 points in all, evenly.
    """
    INSERT INTO tiers_customertier (customer_id, structure_id, level_id, since)
    SELECT c.id, s.id, l.id, now() FROM customers_customer c, tiers_structure s, tiers_level l
    WHERE l.threshold = CASE WHEN c.id % 2001 / 3 * 3 >= 1000 THEN 1000 ELSE 0 END ORDER BY c.id
    """,
    """
    INSERT INTO tiers_statusday (customer_id, structure_id, day, points)
    SELECT c.id, s.id, current_date - day * 30, c.id % 2001 / 3
    FROM customers_customer c, tiers_structure s, generate_series(1, 3) day ORDER BY c.id, day DESC
    """,
    "UPDATE tiers_level SET threshold = 1500 WHERE slug = 't1'",
    """
    INSERT INTO tiers_recalculation (structure_id, way, recounts, status, created_at, after, customers, risen, fallen)
    SELECT id, 'everyone', false, 'waiting', now(), 0, 0, 0, 0 FROM tiers_structure
    """,
)
_FLOOR = """
WITH sums AS (
    SELECT customer_id, structure_id, sum(points) AS points FROM tiers_statusday GROUP BY 1, 2
),
moved AS MATERIALIZED (
    SELECT t.customer_id, t.structure_id, old.slug AS before, new.slug AS after, new.id AS level_id, sums.points,
        new.threshold > old.threshold AS rises, nextval('events_event_id') AS event_id
    FROM tiers_customertier t JOIN sums USING (customer_id, structure_id) JOIN tiers_level old ON old.id = t.level_id
    CROSS JOIN LATERAL (
        SELECT id, slug, threshold FROM tiers_level WHERE structure_id = t.structure_id AND threshold <= sums.points
        ORDER BY threshold DESC LIMIT 1
    ) new
    WHERE new.id <> t.level_id
),
events AS (
    INSERT INTO events_event (customer_id, id, action, points, data, source, source_detail, user_agent, occurred_at, recorded_at, program_version)
    SELECT customer_id, event_id, CASE WHEN rises THEN 'tier_up' ELSE 'tier_down' END, 0, jsonb_build_object(
        'structure', 'club', 'from', before, 'to', after, 'points', points, 'reason', 'structure'), 'timer', '', '', now(), now(), 1
    FROM moved
),
outbox AS (
    INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)
    SELECT customer_id, event_id, CASE WHEN rises THEN 'tier_up' ELSE 'tier_down' END, now() FROM moved
    WHERE EXISTS (SELECT FROM sync_subscriber)
)
UPDATE tiers_customertier t SET level_id = moved.level_id, since = now(), event_id = moved.event_id
FROM moved WHERE t.customer_id = moved.customer_id AND t.structure_id = moved.structure_id
"""


@dataclass(frozen=True)
class Size(turns.Size):
    customers: int = 1_000_000


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    return {"recalculation": _recalculation(server, size, say), "checkouts": _checkouts(server, size, say)}


def _recalculation(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"Making {size.customers} customers with a level ...")
    base = server.make("_base")
    with base.connect() as raw:
        for statement in _FILL:
            raw.execute(statement.format(customers=size.customers).encode())
        settle(raw)
    ours, floors = list[float](), list[float]()
    written: dict[str, dict[str, float]] = {}
    for number in range(size.rounds):
        say(f"tiers, round {number + 1} of {size.rounds} ...")
        seconds, written["ours"] = _ours(_fresh(server, base))
        ours.append(seconds)
        seconds, written["floor"] = _floor(_fresh(server, base))
        floors.append(seconds)
        say(f"{ours[-1]} s; by hand {floors[-1]:.2f} s")
    return _summary(size, ours, floors, written)


def _fresh(server: Server, base: Scratch) -> Scratch:
    scratch = server.clone(base, "_run")
    with scratch.connect() as raw:
        settle(raw)
    return scratch


def _ours(scratch: Scratch) -> tuple[float, dict[str, float]]:
    with scratch.connect() as raw:
        before = rows.counts(raw)
        done: dict[str, Any] = json.loads(scratch.python("manage.py", "recalculate_tiers"))
        if done["structures"] != 1:
            raise CannotMeasure(f"{done['structures']} structures were recalculated instead of one")
        return done["seconds"], rows.per_unit(before, rows.counts(raw), 1)


def _floor(scratch: Scratch) -> tuple[float, dict[str, float]]:
    with scratch.connect() as raw:
        before, started = rows.counts(raw), time.perf_counter()
        raw.execute(_FLOOR.encode())
        seconds = time.perf_counter() - started
        return seconds, rows.per_unit(before, rows.counts(raw), 1)


def _summary(
    size: Size, ours: list[float], floors: list[float], written: dict[str, dict[str, float]]
) -> dict[str, Any]:
    ratio = report.ratios([size.customers / seconds for seconds in ours], [size.customers / one for one in floors])
    return {
        "customers": size.customers,
        "goal": report.goal(GOAL, ratio),
        "ratio": ratio,
        "ours_seconds": report.spread(ours, 2),
        "floor_seconds": report.spread(floors, 2),
        "rows_written": written,
        "load": report.load(),
    }


# Checkouts


def _checkouts(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """With a structure that rolls by months, and without one."""

    def add_structure(scratch: Scratch) -> None:
        with scratch.connect() as raw:
            for statement in _STRUCTURE:
                raw.execute(statement.format().encode())
            raw.execute(b"UPDATE tiers_structure SET expiration = 'rolling'")

    return turns.with_and_without(server, "tiered", add_structure, GOAL_OF_CHECKOUTS, size, say)[0]
