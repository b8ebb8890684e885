"""What an erasure leaves of saved answers, and how their room is kept: as many go each day as come."""

from django.db import migrations

SQL = """
CREATE FUNCTION erase_api(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH forgotten AS (
        UPDATE api_savedanswer
        SET status = 404, body = '', customer_id = NULL, expires_at = date_trunc('day', expires_at, 'UTC')
        WHERE customer_id = ANY(erased_family(chosen)) RETURNING 1
    ) SELECT 'api_savedanswer', count(*) FROM forgotten
$$;
SELECT let_application_execute('erase_api(bigint[])');

-- Ends a conversation of several statements at once if what it is about is nothing new (loyalty/engine/storage/outer.py).
CREATE FUNCTION require_new(is_new boolean) RETURNS boolean LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT is_new THEN
        RAISE EXCEPTION 'This is known already' USING ERRCODE = 'LY001';
    END IF;
    RETURN true;
END $$;
ALTER TABLE api_savedanswer SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
"""


class Migration(migrations.Migration):
    replaces = [
        ("api", "0002_saved_answers_are_whole"),
        ("api", "0003_room_of_answers"),
    ]
    dependencies = [("api", "0001_tables"), ("customers", "0002_rules")]

    operations = [migrations.RunSQL(SQL)]
