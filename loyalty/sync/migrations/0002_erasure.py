from django.db import migrations

SQL = """
CREATE FUNCTION erase_sync(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH emptied AS (
        UPDATE sync_outboxrow SET created_at = date_trunc('day', created_at, 'UTC')
        WHERE customer_id = ANY(erased_family(chosen)) RETURNING 1
    ) SELECT 'sync_outboxrow', count(*) FROM emptied
$$;
SELECT let_application_execute('erase_sync(bigint[])');
"""


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial"), ("customers", "0012_erasure")]

    operations = [migrations.RunSQL(SQL, "DROP FUNCTION erase_sync(bigint[])")]
