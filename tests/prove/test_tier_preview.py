"""What a change of thresholds is said to do to 100,000 customers is what it does, in each of its ways."""

import datetime as dt

import pytest
from django.db import connection

from loyalty.tiers.enums import Way
from loyalty.tiers.models import Recalculation, Structure
from loyalty.tiers.recalculation.operations import recalculate_all
from loyalty.tiers.recalculation.queries import forecast, groups_of
from loyalty.tiers.structures.queries import proposed_rule, structure_item
from tests.tiers.ladders import LEVELS, set_up, structure

pytestmark = [pytest.mark.prove, pytest.mark.django_db]
PEOPLE = 100_000
AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
RAISED = (LEVELS[0], {"id": "t1", "threshold": 1_500}, LEVELS[2])
# Up to 3,000 points each on three days; by the old thresholds, but for a tenth that staff have set and a tenth that rose.
_FILL = (
    (
        "INSERT INTO customers_customer (public_id, status, properties, created_at, updated_at, optin_at, purchase_total,"
        " purchase_count, purchase_item_count) SELECT 'C-' || n, 'active', '{}', %(at)s, %(at)s, %(at)s, 0, 0, 0"
        " FROM generate_series(1, %(people)s) n"
    ),
    (
        "INSERT INTO tiers_customertier (customer_id, structure_id, level_id, since, manual)"
        " SELECT c.id, s.id, l.id, %(at)s, c.id %% 10 = 0 FROM customers_customer c, tiers_structure s, tiers_level l"
        " WHERE l.slug = CASE WHEN c.id %% 10 = 1 THEN 't0' WHEN c.id %% 10 = 0 OR c.id %% 1001 * 3 >= 1000 THEN 't1' ELSE 't0' END"
    ),
    (
        "INSERT INTO tiers_statusday (customer_id, structure_id, day, points)"
        " SELECT c.id, s.id, %(at)s::date - n, c.id %% 1001 FROM customers_customer c, tiers_structure s, generate_series(1, 3) n"
    ),
)


def moved() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE action = 'tier_up'), count(*) FILTER (WHERE action = 'tier_down')"
            " FROM events_event WHERE data ->> 'reason' = 'structure'"
        )
        up, down = cursor.fetchone()
    return up, down


@pytest.mark.parametrize("way", list(Way))
def test_each_way_moves_exactly_those_whom_the_preview_counts(way: Way) -> None:
    set_up(structure())
    Recalculation.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, {"at": AT, "people": PEOPLE})
    item = structure_item("standard")
    assert item is not None
    levels = [{**level, "threshold": 1_500 if level["id"] == "t1" else level["threshold"]} for level in item["tiers"]]
    rule = proposed_rule({**item, "tiers": levels})
    foretold = forecast(rule, way, groups_of(rule, AT))
    set_up(structure(levels=RAISED))
    Recalculation.objects.update(way=way)
    recalculate_all(now=lambda: AT)
    [job] = Recalculation.objects.all()
    print(f"\n{way.value}: {foretold.rising} rise, {foretold.falling} fall")
    assert (foretold.rising, foretold.falling) == (job.risen, job.fallen) == moved()
    assert Structure.objects.count() == 1
    assert (foretold.rising + foretold.falling > 1_000) == (way != Way.NEW)
