"""Who is erased leaves the errors that know them by nothing but the ID that was sent: those of a part that was given up, and
of an ID that was nobody's then. An ID is kept as it was sent, and compared in its one form."""

from django.db import migrations, models
from django.db.models import F, Func, Q

SQL = """
CREATE OR REPLACE FUNCTION erase_bulk(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    family bigint[] := erased_family(chosen);
    formed text[] := ARRAY(SELECT DISTINCT one_form(value) FROM customers_identity WHERE customer_id = ANY(family));
    -- As requests that wait call them. What is exactly the ID of somebody else means that one.
    named text[] := ARRAY(
        SELECT DISTINCT name FROM bulk_bulkchunk CROSS JOIN unnest(names) AS name
        WHERE CASE WHEN octet_length(name) <> length(name) OR name ~ '^[^!-~]|[^!-~]$'
            THEN one_form(name) ELSE name END = ANY(formed) AND NOT EXISTS (
            SELECT FROM customers_identity o WHERE o.scheme = 'id' AND o.value = name AND o.customer_id <> ALL(family)
        )
    );
BEGIN
    -- The others of the chunk keep their places. Before the errors: whoever works on the chunk holds it once those are written.
    RETURN QUERY WITH emptied AS (
        UPDATE bulk_bulkchunk SET names = ARRAY(
            SELECT CASE WHEN name = ANY(named) THEN '' ELSE name END FROM unnest(names) WITH ORDINALITY AS n (name, place) ORDER BY place
        ) WHERE names && named RETURNING 1
    ) SELECT 'bulk_bulkchunk', count(*) FROM emptied;
    RETURN QUERY WITH theirs AS (
        DELETE FROM bulk_bulkerror WHERE customer_id = ANY(family) RETURNING 1
    ), called AS (
        DELETE FROM bulk_bulkerror e WHERE e.customer_id IS NULL AND one_form(e.name) = ANY(formed) AND NOT EXISTS (
            SELECT FROM customers_identity o WHERE o.scheme = 'id' AND o.value = e.name AND o.customer_id <> ALL(family)
        ) RETURNING 1
    ) SELECT 'bulk_bulkerror', (SELECT count(*) FROM theirs) + (SELECT count(*) FROM called);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("bulk", "0003_callbacks"), ("customers", "0002_rules")]

    operations = [
        migrations.AddIndex(
            "bulkerror",
            models.Index(
                Func(F("name"), function="one_form"), condition=Q(customer_id__isnull=True), name="bulk_error_by_name"
            ),
        ),
        migrations.RunSQL(SQL),
    ]
