"""What an erasure leaves of the outbox, and how its room is kept: all that is put in is taken out again."""

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
ALTER TABLE sync_outboxrow SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
"""


class Migration(migrations.Migration):
    replaces = [
        ("sync", "0002_erasure"),
        ("sync", "0004_room_of_the_outbox"),
    ]
    dependencies = [("sync", "0001_tables"), ("customers", "0002_rules")]

    operations = [migrations.RunSQL(SQL)]
