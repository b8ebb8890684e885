"""The event types of tiers, what an erasure takes of them, and that they are counted anew once the module comes on."""

from typing import Any

from django.db import migrations

_OF_LEVEL = ["structure", "from", "to", "points", "reason", "expdate"]
# Each is an action, its name, its attributes and those of them that are personal.
TYPES = [
    ("tier_up", "Tier up", _OF_LEVEL, []),
    ("tier_down", "Tier down", _OF_LEVEL, []),
    ("tier_renew", "Tier renewal", _OF_LEVEL, []),
    ("tier_change", "Tier change", ["structure", "tier", "expdate", "reason"], ["reason"]),
    ("tier_expiring", "Tier expiring", ["structure", "from", "to", "points", "expdate"], []),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventAttribute = apps.get_model("events", "EventAttribute")
    for action, name, attributes, personal in TYPES:
        found, _ = EventType.objects.get_or_create(action=action, defaults={"name": name, "factory": True})
        # What was named before there were tiers goes.
        EventAttribute.objects.filter(event_type=found).delete()
        EventAttribute.objects.bulk_create(
            EventAttribute(event_type=found, slug=slug, type="any", personal=slug in personal, position=position)
            for position, slug in enumerate(attributes)
        )


ERASURE = """
SELECT watch_program('tiers_structure');
SELECT watch_program('tiers_level');

CREATE FUNCTION erase_tiers(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH gone AS (
        DELETE FROM tiers_customertier WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'tiers_customertier', count(*) FROM gone;
    RETURN QUERY WITH gone AS (
        DELETE FROM tiers_statusday WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'tiers_statusday', count(*) FROM gone;
    RETURN QUERY WITH gone AS (
        DELETE FROM tiers_latepoints WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'tiers_latepoints', count(*) FROM gone;
END $$;
SELECT let_application_execute('erase_tiers(bigint[])');
"""

# Whichever way the module comes on: nobody counted while it was off.
COUNTED_ANEW = """
CREATE FUNCTION count_tiers_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tiers_recalculation (structure_id, way, recounts, status, created_at, after, customers, risen, fallen)
    SELECT id, 'rise', true, 'waiting', now(), 0, 0, 0, 0 FROM tiers_structure WHERE status = 'active' ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_tiers_anew AFTER UPDATE OF modules ON staff_generalsettings FOR EACH ROW
    WHEN ('tiers' = ANY(NEW.modules) AND NOT 'tiers' = ANY(OLD.modules)) EXECUTE FUNCTION count_tiers_anew();
"""


class Migration(migrations.Migration):
    replaces = [
        ("tiers", "0002_rules_of_tiers"),
        ("tiers", "0004_counted_anew"),
        ("tiers", "0005_notices"),
    ]
    dependencies = [("tiers", "0001_tables"), ("events", "0003_event_types")]

    operations = [migrations.RunPython(create), migrations.RunSQL(ERASURE + COUNTED_ANEW)]
