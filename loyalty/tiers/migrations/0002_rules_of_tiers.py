from typing import Any

from django.db import migrations

_OF_LEVEL = ["structure", "from", "to", "points", "reason", "expdate"]
# Each is an action, its name, its attributes and those of them that are personal.
TYPES = [
    ("tier_up", "Tier up", _OF_LEVEL, []),
    ("tier_down", "Tier down", _OF_LEVEL, []),
    ("tier_renew", "Tier renewal", _OF_LEVEL, []),
    ("tier_change", "Tier change", ["structure", "tier", "expdate", "reason"], ["reason"]),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventAttribute = apps.get_model("events", "EventAttribute")
    for action, name, attributes, personal in TYPES:
        # One that the brand has defined itself is built in from now on, with the brand's name and labels.
        found = EventType.objects.filter(action=action).first() or EventType(action=action, name=name)
        found.factory, found.behavioural = True, False
        found.default_points, found.one_time, found.pending_days = 0, False, None
        found.save()
        # What was named before there were tiers goes; what the brand has named itself stays, as do its events.
        EventAttribute.objects.filter(event_type=found, slug__in=["tier", *attributes]).delete()
        EventAttribute.objects.bulk_create(
            EventAttribute(event_type=found, slug=slug, type="any", personal=slug in personal, position=position)
            for position, slug in enumerate(attributes)
        )


SQL = """
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


class Migration(migrations.Migration):
    dependencies = [("tiers", "0001_initial"), ("events", "0026_one_erasure_key"), ("points", "0012_erasure")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(SQL, "DROP FUNCTION erase_tiers(bigint[]);"),
    ]
