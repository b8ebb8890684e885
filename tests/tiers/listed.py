"""Tiers in the tests that list all of something."""

from tests.engine.world import rows
from tests.listing import Listed

_MINE = "customer_id = {customer}"


def _live(ann: int, old: int) -> None:
    rows(
        "WITH structure AS (INSERT INTO tiers_structure (slug, name, account_id)"
        " SELECT 's', 'S', id FROM points_account WHERE is_default RETURNING id),"
        " level AS (INSERT INTO tiers_level (structure_id, slug, position, names, values)"
        " SELECT id, 'l', 0, '{}', '{}' FROM structure RETURNING id, structure_id),"
        " standing AS (INSERT INTO tiers_customertier (customer_id, structure_id, level_id, since)"
        " SELECT who, structure_id, id, now() FROM level, unnest(ARRAY[%s, %s]::bigint[]) who RETURNING customer_id, structure_id),"
        " day AS (INSERT INTO tiers_statusday (customer_id, structure_id, day, points)"
        " SELECT customer_id, structure_id, now()::date, 5 FROM standing)"
        " INSERT INTO tiers_latepoints (customer_id, structure_id, about, day)"
        " SELECT customer_id, structure_id, 1, now()::date FROM standing",
        [ann, old],
    )


def _switch_on() -> None:
    rows("UPDATE staff_generalsettings SET modules = modules || '{tiers}' WHERE 'tiers' <> ALL(modules)")
    rows("INSERT INTO tiers_structure (slug, name, account_id) SELECT 'standard', 'Standard', id FROM points_account"
         " WHERE is_default ON CONFLICT DO NOTHING")  # fmt: skip
    rows("INSERT INTO tiers_level (structure_id, slug, position, names, threshold, values)"
         " SELECT s.id, level.slug, position, '{}', threshold, '{}' FROM tiers_structure s,"
         " (VALUES ('basic', 0, 0), ('silver', 1, 20), ('gold', 2, 1000000)) AS level (slug, position, threshold)"
         " ON CONFLICT (structure_id, slug) DO NOTHING")  # fmt: skip


LISTED = Listed(
    reference=frozenset({"tiers.Structure", "tiers.Level", "tiers.Recalculation", "tiers.Distribution"}),
    owned=frozenset({"tiers.CustomerTier", "tiers.LatePoints", "tiers.StatusDay"}),
    versions={
        "tiers_structure": "INSERT INTO tiers_structure (slug, name, account_id) SELECT 'club', 'Club', id FROM points_account",
        "tiers_level": "WITH made AS (INSERT INTO tiers_structure (slug, name, account_id) SELECT 'crew', 'Crew', id"
        " FROM points_account RETURNING id)"
        """ INSERT INTO tiers_level (structure_id, slug, names, "values") SELECT id, 'gold', '{}', '{}' FROM made""",
    },
    live=_live,
    corruptions={
        "status points": (
            f"UPDATE tiers_statusday SET points = points + 1 WHERE {_MINE} AND day = date '2026-03-02'",
            {"status_days": ["points"]},
        ),
        "level": (
            f"UPDATE tiers_customertier SET level_id = (SELECT max(id) FROM tiers_level) WHERE {_MINE}",
            {"levels": ["level_id"]},
        ),
    },
    before_histories=_switch_on,
)
