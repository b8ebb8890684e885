from django.db import migrations

from loyalty.staff.roles.grants import grant

SQL = """
SELECT watch_program('lists_customerlist');

CREATE FUNCTION erase_lists(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM lists_listmember WHERE customer_id = ANY(erased_family(chosen)) RETURNING 1)
    SELECT 'lists_listmember', count(*) FROM gone;
$$;
SELECT let_application_execute('erase_lists(bigint[])');
"""


class Migration(migrations.Migration):
    dependencies = [("lists", "0001_initial"), ("events", "0003_event_types"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION erase_lists(bigint[]);"),
        grant("lists.view", "manager", "service_agent", "analyst", "integrator", "read_only"),
        grant("lists.members", "manager", "service_agent"),
        grant("lists.configure", "manager"),
        grant("lists.export", "manager"),
    ]
