from typing import Any

from django.db import migrations

from loyalty.staff.roles.grants import grant

TYPES = [("user_group_add", "User group - add"), ("user_group_remove", "User group - remove")]


def create(apps: Any, schema_editor: Any) -> None:
    """Types that the brand has defined itself are built in from now on, with the brand's names."""
    EventType = apps.get_model("events", "EventType")
    EventAttribute = apps.get_model("events", "EventAttribute")
    for action, name in TYPES:
        found = EventType.objects.filter(action=action).first() or EventType(action=action, name=name)
        found.factory, found.behavioural = True, False
        found.default_points, found.one_time, found.pending_days = 0, False, None
        found.save()
        EventAttribute.objects.filter(event_type=found, slug="user_group").delete()
        EventAttribute.objects.create(event_type=found, slug="user_group", type="any", personal=False, position=0)


SQL = """
CREATE FUNCTION erase_groups(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM grouping_customergroup WHERE customer_id = ANY(erased_family(chosen)) RETURNING 1)
    SELECT 'grouping_customergroup', count(*) FROM gone;
$$;
SELECT let_application_execute('erase_groups(bigint[])');
"""


class Migration(migrations.Migration):
    dependencies = [("grouping", "0001_initial"), ("events", "0003_event_types"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(SQL, "DROP FUNCTION erase_groups(bigint[]);"),
        grant("groups.give", "manager"),
    ]
