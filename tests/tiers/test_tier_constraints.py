"""What tiers must never store is refused by the database itself: one attempt for each constraint."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from tests.engine.world import rows
from tests.tiers.ladders import done, set_up, structure

pytestmark = pytest.mark.django_db
STRUCTURE = (
    "INSERT INTO tiers_structure (slug, name, account_id{}) SELECT {}, 'S', id{} FROM points_account WHERE is_default"
)
LEVEL = (
    "INSERT INTO tiers_level (structure_id, slug, position, names, threshold, values)"
    " SELECT id, {}, {}, '{{}}', {}, '{{}}' FROM tiers_structure"
)
# Constraint → what it must refuse. Of a condition with two sides each side is tried.
ATTEMPTS = {
    "structure_rolls_by_months": ["UPDATE tiers_structure SET expiration = 'rolling'"],
    "structure_validity_is_complete": ["UPDATE tiers_structure SET validity = 'months'"],
    "structure_validity_has_periods": [
        "UPDATE tiers_structure SET validity = 'period'",
        "UPDATE tiers_structure SET validity = 'next_period'",
    ],
    "structure_spends_in_a_currency": ["UPDATE tiers_structure SET type = 'spend_based'"],
    "structure_has_dates": ["UPDATE tiers_structure SET expiration = 'calendar'"],
    "level_id_is_unique": [LEVEL.format("'t0'", "7", "0")],
    "level_position_is_unique": [f"{LEVEL.format(repr('new'), '0', '0')}; SET CONSTRAINTS ALL IMMEDIATE"],
    "level_threshold_is_not_negative": ["UPDATE tiers_level SET threshold = -1"],
    "customer_tier_has_a_level": [
        "UPDATE tiers_customertier SET level_id = NULL, since = NULL, manual = true",
        "UPDATE tiers_customertier SET level_id = NULL, since = NULL, expires_on = date '2026-01-01'",
        "UPDATE tiers_customertier SET since = NULL",
    ],
    "distribution_of_a_day": [
        "INSERT INTO tiers_distribution (structure_id, day, level_id, customers) SELECT structure_id, date '2026-01-01', id, 1 FROM tiers_level, generate_series(1, 2) WHERE position = 0",
    ],
}
# The same statements where all is well: it is the constraint that refuses, not a slip of the statement.
ALLOWED = [
    "UPDATE tiers_structure SET expiration = 'rolling', rolling_months = 1",
    "UPDATE tiers_structure SET validity = 'months', validity_months = 1",
    "UPDATE tiers_structure SET expiration = 'anniversary', validity = 'next_period'",
    "UPDATE tiers_structure SET type = 'spend_based', currency = 'EUR'",
    "UPDATE tiers_structure SET expiration = 'calendar', dates = '{01-01}'",
    f"{LEVEL.format(repr('new'), '7', '0')}; SET CONSTRAINTS ALL IMMEDIATE",
    # A removed one has no place, and several have been removed.
    "UPDATE tiers_level SET position = NULL",
    "UPDATE tiers_customertier SET level_id = NULL, since = NULL, counts_from = date '2026-01-01'",
]


@pytest.fixture(autouse=True)
def filled() -> None:
    set_up(structure())
    done("opt_in")


@pytest.mark.parametrize(
    ("constraint", "statement"), [(name, one) for name, attempts in ATTEMPTS.items() for one in attempts]
)
def test_the_database_refuses(constraint: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows(statement)


@pytest.mark.parametrize("statement", ALLOWED)
def test_the_database_takes_what_is_well(statement: str) -> None:
    with transaction.atomic():
        rows(statement)
        rows("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("key", "statement"),
    [
        ("tiers_structure_slug", STRUCTURE.format("", "'standard'", "")),
        ("tiers_customertier_pkey", "INSERT INTO tiers_customertier SELECT * FROM tiers_customertier"),
        (
            "tiers_statusday_pkey",
            "INSERT INTO tiers_statusday (customer_id, structure_id, day, points) {0} UNION ALL {0}",
        ),
        (
            "tiers_latepoints_pkey",
            "INSERT INTO tiers_latepoints (customer_id, structure_id, about, day) {1} UNION ALL {1}",
        ),
    ],
)
def test_there_is_one_row_of_a_key(key: str, statement: str) -> None:
    day = "SELECT customer_id, structure_id, date '2026-01-01', 1 FROM tiers_customertier"
    late = "SELECT customer_id, structure_id, 1, date '2026-01-01' FROM tiers_customertier"
    with pytest.raises(IntegrityError, match=key), transaction.atomic():
        rows(statement.format(day, late))


def test_two_levels_swap_their_places_in_one_transaction() -> None:
    with transaction.atomic():
        rows("UPDATE tiers_level SET position = 1 - position WHERE position < 2")
        rows("SET CONSTRAINTS ALL IMMEDIATE")
    assert rows("SELECT slug FROM tiers_level ORDER BY position") == [("t1",), ("t0",), ("t2",)]


def test_every_constraint_of_tiers_has_its_attempt() -> None:
    declared = {one.name for model in apps.get_app_config("tiers").get_models() for one in model._meta.constraints}
    assert declared == set(ATTEMPTS)
