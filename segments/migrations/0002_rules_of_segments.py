from typing import Any

from django.db import migrations

from loyalty.staff.roles.grants import grant

# Each is an action and its name.
TYPES = [("segment_entered", "Segment entered"), ("segment_left", "Segment left")]


def create(apps: Any, schema_editor: Any) -> None:
    """One that the brand has defined itself is built in from now on, with the brand's name and labels."""
    EventType = apps.get_model("events", "EventType")
    EventAttribute = apps.get_model("events", "EventAttribute")
    for action, name in TYPES:
        found = EventType.objects.filter(action=action).first() or EventType(action=action, name=name)
        found.factory, found.behavioural = True, False
        found.default_points, found.one_time, found.pending_days = 0, False, None
        found.save()
        EventAttribute.objects.filter(event_type=found, slug="segment").delete()
        EventAttribute.objects.create(event_type=found, slug="segment", type="any", personal=False, position=0)


SQL = """
SELECT watch_program('segments_segment');

CREATE FUNCTION erase_segments(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH gone AS (
        DELETE FROM segments_stay WHERE customer_id = ANY(family) RETURNING segment_id, left_at
    ), fewer AS (
        UPDATE segments_computation c SET members = greatest(c.members - one.number, 0)
        FROM (SELECT segment_id, count(*) AS number FROM gone WHERE left_at IS NULL GROUP BY 1) one
        WHERE c.segment_id = one.segment_id
    ) SELECT 'segments_stay', count(*) FROM gone;
    RETURN QUERY WITH gone AS (
        DELETE FROM segments_touch WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'segments_touch', count(*) FROM gone;
END $$;
SELECT let_application_execute('erase_segments(bigint[])');

-- A queue: what is read is deleted at once, so the pages are swept often.
ALTER TABLE segments_touch SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("segments", "0001_initial"),
        ("events", "0003_event_types"),
        ("staff", "0003_rules_of_the_trail"),
        ("tiers", "0002_rules"),
    ]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(
            SQL,
            "ALTER TABLE segments_touch RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);"
            " DROP FUNCTION erase_segments(bigint[]);",
        ),
        grant("segments.view", "manager", "service_agent", "analyst"),
        grant("segments.change", "manager"),
        grant("segments.export", "manager"),
    ]
