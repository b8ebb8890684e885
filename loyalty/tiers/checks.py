"""Status points by day against the ledger and the orders, and levels against the events that set them. Reads only.

Counted here by statements of its own: neither by what the engine does nor by what a recalculation counts anew.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from events.orders.actions import ACTIONS as OF_ORDERS
from loyalty.engine.actions import names_of
from loyalty.verify.checks import Apart, Checks, Found, Mismatch, Piece, Weighed, mismatch
from loyalty.verify.families import Families
from loyalty.verify.projections import Projection
from loyalty.verify.weights import weight

from .status_points.counting import CHECKOUT

# Active ones that have been counted: a new one waits for its recalculation, and nothing counts while the module is off.
_COUNTED = """(
    SELECT id, account_id, type, actions, currency FROM tiers_structure
    WHERE status = 'active' AND EXISTS (SELECT FROM staff_generalsettings WHERE 'tiers' = ANY(modules)) AND NOT EXISTS (
        SELECT FROM tiers_recalculation r WHERE r.structure_id = tiers_structure.id AND r.recounts AND r.status <> 'done'
    ) OFFSET 0
)"""
# Whom a profile belongs to now, by the merges as they were made.
_MERGED = """(
    WITH RECURSIVE line AS (
        SELECT source_id, "into" FROM customers_merge
        UNION SELECT line.source_id, later."into" FROM line JOIN customers_merge later ON later.source_id = line."into"
    )
    SELECT source_id, "into" AS survivor_id FROM line WHERE "into" NOT IN (SELECT source_id FROM customers_merge)
)"""
_ORDERS = ", ".join(f"'{action}'" for action in sorted(names_of(OF_ORDERS)))
# As a list of counted actions has it.
_NAMED = f"CASE WHEN {{}} IN ({_ORDERS}) THEN '{CHECKOUT}' ELSE {{}} END"


def _any(column: str, of: str) -> str:
    """That it is one of these structures'; nothing is read where there are none. The planner knows how many rows an array leaves."""
    chosen = f"FROM {_COUNTED} s WHERE {of}"
    return f"= ANY(ARRAY(SELECT {column} {chosen})) AND EXISTS (SELECT {chosen})"


_ALL, _LISTED = "s.type = 'point_based' AND s.actions = '{}'", "s.type = 'point_based' AND s.actions <> '{}'"
# A lot is what was earned, as the lots' own check sees to; those of a merged-away profile are the survivor's.
_LIVING = "lot.customer_id NOT IN (SELECT source_id FROM customers_merge)"
_EARNED_ALL = f"""
    SELECT lot.customer_id, s.id AS structure_id, lot.earned_at AS at, lot.event_id AS about, lot.points::numeric AS points
    FROM (
        SELECT * FROM points_lot lot WHERE {_LIVING} AND lot.account_id {_any("s.account_id", _ALL)} OFFSET 0
    ) lot JOIN {_COUNTED} s ON s.account_id = lot.account_id WHERE {_ALL}
"""
_EARNED_LISTED = f"""
    SELECT lot.customer_id, s.id AS structure_id, lot.earned_at AS at, lot.event_id AS about, lot.points::numeric AS points
    FROM (
        SELECT lot.*, {_NAMED.format("v.action", "v.action")} AS action
        FROM events_event v LEFT JOIN {_MERGED} merged ON merged.source_id = v.customer_id
        JOIN points_lot lot ON lot.event_id = v.id AND lot.customer_id = coalesce(merged.survivor_id, v.customer_id)
        WHERE lot.account_id {_any("s.account_id", _LISTED)} OFFSET 0
    ) lot JOIN {_COUNTED} s ON s.account_id = lot.account_id AND lot.action = ANY(s.actions) WHERE {_LISTED}
"""
# Whoever a profile belongs to has its lots; its own events and entries stay with it.
_KIN = """(
    SELECT e.customer_id UNION ALL
    SELECT source_id FROM customers_merge WHERE survivor_id = coalesce(into_.survivor_id, e.customer_id)
)"""
_OWN = f"e.kind = 'refund' AND earner.transaction_id = e.transaction_id AND earner.action IN ({_ORDERS})"
# Of what a refund takes the lots of its own order tell the day: the one that it was taken from, or else the first.
_TAKEN = f"""
    SELECT coalesce(into_.survivor_id, e.customer_id) AS customer_id, s.id AS structure_id,
        coalesce(lot.earned_at, e.occurred_at) AS at, lot.event_id AS about, e.points::numeric AS points
    FROM (
        SELECT e.customer_id, e.account_id, e.kind, e.points, e.lot_id, v.transaction_id, v.occurred_at FROM points_entry e
        JOIN events_event v ON v.customer_id = e.customer_id AND v.id = e.event_id
        WHERE e.kind IN ('deduct', 'refund') AND e.account_id {_any("s.account_id", "s.type = 'point_based'")} OFFSET 0
    ) e
    LEFT JOIN {_MERGED} into_ ON into_.source_id = e.customer_id
    LEFT JOIN LATERAL (
        SELECT lot.earned_at, lot.event_id, {_NAMED.format("earner.action", "earner.action")} AS action
        FROM points_lot lot JOIN events_event earner ON earner.id = lot.event_id AND earner.customer_id IN {_KIN}
        WHERE lot.customer_id = e.customer_id AND (lot.id = e.lot_id OR {_OWN})
        ORDER BY {_OWN} DESC NULLS LAST, lot.id = e.lot_id DESC NULLS LAST, lot.id LIMIT 1
    ) lot ON true
    JOIN {_COUNTED} s ON s.account_id = e.account_id AND (s.actions = '{{}}' OR lot.action = ANY(s.actions))
    WHERE s.type = 'point_based'
"""
_BOUGHT = f"""
    SELECT o.customer_id, s.id AS structure_id, o.checkout_at AS at, o.id AS about, o.total - o.refunded AS points
    FROM (
        SELECT o.*, coalesce(o.currency, (SELECT currency FROM staff_generalsettings)) AS paid_in FROM events_transaction o
        WHERE o.status = 'accepted' AND o.checkout_at IS NOT NULL
            AND EXISTS (SELECT FROM {_COUNTED} s WHERE s.type = 'spend_based') OFFSET 0
    ) o JOIN {_COUNTED} s ON s.currency = o.paid_in WHERE s.type = 'spend_based'
"""
# Weighed by a statement each, so that they share the processors.
_CHANGES = (_EARNED_ALL, _EARNED_LISTED, _TAKEN, _BOUGHT)
# By customer and local day: what was late where it was counted then. Of erased people there is nothing left. Who was late
# is looked up in memory, once for all: the planner expects few rows, and would search an index for each of them.
_LATE = "customer_id, structure_id, about"
_HISTORY = f"""(
    SELECT customer_id, structure_id, points, CASE
        WHEN about IS NOT NULL AND ({_LATE}) IN (SELECT {_LATE} FROM tiers_latepoints) THEN (
            SELECT day FROM tiers_latepoints late
            WHERE (late.customer_id, late.structure_id, late.about) = (change.customer_id, change.structure_id, change.about)
        )
        ELSE (at AT TIME ZONE '{{zone}}')::date
    END AS day
    FROM ({{changes}}) change
    WHERE customer_id NOT IN (SELECT id FROM customers_customer WHERE status IN ('opted_out', 'banned'))
) history"""
_IN_COUNTED = f"structure_id IN (SELECT id FROM {_COUNTED} counted)"
# Ten-thousandths weigh, too.
_DAY = "day - date '2000-01-01'"
_WEIGHT = f"(points * 10000)::bigint * {weight(0, 'customer_id', 'structure_id', _DAY)}"


def _days() -> Projection:
    """The zone is that of the programme, which is known only once the settings are."""
    zone = settings.TIME_ZONE.replace("'", "''")
    pieces = [_HISTORY.format(zone=zone, changes=changes) for changes in _CHANGES]
    history = _HISTORY.format(zone=zone, changes=" UNION ALL ".join(_CHANGES))
    return Projection(
        name="status_days",
        table="tiers_statusday",
        key=("customer_id", "structure_id", "day"),
        columns={"points": "0"},
        stored=f"SELECT customer_id, structure_id, day, points FROM tiers_statusday WHERE {_IN_COUNTED} {{of}}",
        recomputed=f"""
            SELECT customer_id, structure_id, day, sum(points) AS points FROM {history} WHERE true {{of}} GROUP BY 1, 2, 3
        """,
        weighed=f"CASE WHEN {_IN_COUNTED} THEN {_WEIGHT} ELSE 0 END",
        history=tuple(Piece(piece, _WEIGHT) for piece in pieces),
        # Which customer a profile's history belongs to is told by the merges, of all of them at once.
        of_families=False,
    )


class StatusDayCheck:
    """The status points of every day: `Check` of `tiers_statusday`."""

    name = "status_days"

    @property
    def pieces(self) -> Sequence[Piece]:
        return _days().pieces

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        return _days().apart(cursor, families=families, seed=seed, limit=limit)

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return _days().found(cursor, weighed=weighed, apart=apart, limit=limit)


# What tells of levels, by whom it belongs to now. Merged families have several last ones.
_TOLD = f"""
    told AS MATERIALIZED (
        SELECT coalesce(merged.survivor_id, v.customer_id) AS customer_id, v.id,
            v.data->>'structure' AS structure, v.data->>'to' AS level
        FROM events_event v LEFT JOIN {_MERGED} merged ON merged.source_id = v.customer_id
        WHERE v.action IN ('tier_up', 'tier_down')
    ),
    last AS (
        SELECT DISTINCT ON (customer_id, structure) customer_id, structure, id, level FROM told
        WHERE customer_id NOT IN (SELECT "into" FROM customers_merge) ORDER BY customer_id, structure, id DESC
    )
"""
# (customer, table, the rest of the key, column, what is stored, what should be)
_WRONG_LEVELS = f"""
    WITH {_TOLD},
    standing AS (
        SELECT t.customer_id, t.structure_id, t.event_id, s.slug AS structure, level.slug AS level, level.structure_id AS of,
            level.position, told.level AS said, last.id AS last_id, last.level AS last_level
        FROM tiers_customertier t JOIN tiers_structure s ON s.id = t.structure_id
        LEFT JOIN tiers_level level ON level.id = t.level_id
        LEFT JOIN told ON told.customer_id = t.customer_id AND told.id = t.event_id AND told.structure = s.slug
        LEFT JOIN last ON last.customer_id = t.customer_id AND last.structure = s.slug
    )
    SELECT customer_id, 'tiers_customertier', structure_id::text, 'level_id', level, coalesce(last_level, said)
    FROM standing WHERE of <> structure_id OR level IS DISTINCT FROM coalesce(last_level, said, level)
        -- Without an event of its own it is the lowest, as far as the ladder is the one of then.
        OR said IS NULL AND last_id IS NULL AND position > 0 AND NOT EXISTS (
            SELECT FROM tiers_recalculation r WHERE r.structure_id = standing.structure_id AND NOT r.recounts
        )
    UNION ALL
    SELECT customer_id, 'tiers_customertier', structure_id::text, 'event_id', event_id::text, last_id::text
    FROM standing WHERE last_id IS NOT NULL AND event_id IS DISTINCT FROM last_id
"""


def _left(table: str, rest: str) -> str:
    """Of those who were erased or merged away nothing is left."""
    return f"""
        SELECT customer_id, '{table}', {rest}, 'customer_id', customer_id::text, NULL FROM {table}
        WHERE customer_id IN (SELECT id FROM customers_customer WHERE status IN ('opted_out', 'banned'))
            OR customer_id IN (SELECT source_id FROM customers_merge)
    """


_WRONG = f"""
    {_WRONG_LEVELS} UNION ALL {_left("tiers_customertier", "structure_id::text")}
    UNION ALL {_left("tiers_latepoints", "concat(structure_id, ', ', about)")} ORDER BY 1, 2, 3, 4
"""


class LevelCheck:
    """Every standing: `Check` of `tiers_customertier`, and that nothing is left of who was erased or merged away."""

    name = "levels"
    # It weighs nothing: the events that tell of levels are few beside the others, and all of them are looked at.
    pieces = (Piece("tiers_customertier", "0"),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        cursor.execute(_WRONG)
        rows = cursor.fetchall()
        return Apart(number=len(rows), mismatches=[self._mismatch(*row) for row in rows[:limit]])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])

    def _mismatch(
        self, customer: int, table: str, rest: str, column: str, stored: str | None, told: str | None
    ) -> Mismatch:
        return mismatch(self.name, table, (customer, rest), {column: stored}, {column: told})


CHECKS = Checks((StatusDayCheck(), LevelCheck()))
