from django.db import migrations

SQL = """
CREATE FUNCTION erased_form(entry points_entry) RETURNS points_entry
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    entry.recorded_at := date_trunc('day', entry.recorded_at, 'UTC');
    RETURN entry;
END $$;
DROP TRIGGER write_once ON points_entry;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON points_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();

CREATE FUNCTION erase_points(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH emptied AS (
        UPDATE points_lot SET arithmetic = NULL, earned_at = date_trunc('day', earned_at, 'UTC'),
            expires_at = date_trunc('day', expires_at, 'UTC')
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'points_lot', count(*) FROM emptied;
    RETURN QUERY WITH emptied AS (
        UPDATE points_pending SET arithmetic = NULL, transaction_id = NULL, due_at = date_trunc('day', due_at, 'UTC')
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'points_pending', count(*) FROM emptied;
    RETURN QUERY WITH emptied AS (
        UPDATE points_balance SET active_at = NULL WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'points_balance', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', 'on', true);
    RETURN QUERY WITH emptied AS (
        UPDATE points_entry SET recorded_at = date_trunc('day', recorded_at, 'UTC')
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'points_entry', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', '', true);
END $$;
SELECT let_application_execute('erase_points(bigint[])');
"""
BACK = """
DROP FUNCTION erase_points(bigint[]);
DROP TRIGGER write_once ON points_entry;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON points_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION erased_form(points_entry);
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0011_moves"), ("events", "0014_erasure")]

    operations = [migrations.RunSQL(SQL, BACK)]
