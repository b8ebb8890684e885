from django.db import migrations

from loyalty.staff.roles.grants import grant

SQL = """
CREATE FUNCTION erase_bulk(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    family bigint[] := erased_family(chosen);
    named text[] := ARRAY(SELECT value FROM customers_identity WHERE customer_id = ANY(family));
BEGIN
    RETURN QUERY WITH gone AS (
        DELETE FROM bulk_bulkerror WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'bulk_bulkerror', count(*) FROM gone;
    -- The others of the chunk keep their places.
    RETURN QUERY WITH emptied AS (
        UPDATE bulk_bulkchunk SET names = ARRAY(
            SELECT CASE WHEN name = ANY(named) THEN '' ELSE name END FROM unnest(names) WITH ORDINALITY AS n (name, place) ORDER BY place
        ) WHERE names && named RETURNING 1
    ) SELECT 'bulk_bulkchunk', count(*) FROM emptied;
END $$;
SELECT let_application_execute('erase_bulk(bigint[])');
"""


class Migration(migrations.Migration):
    dependencies = [("bulk", "0001_initial"), ("customers", "0002_rules"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION erase_bulk(bigint[]);"),
        grant("bulk.view", "manager", "analyst", "integrator"),
    ]
