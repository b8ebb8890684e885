"""Who is erased while a segment is computed is not let in by the computation: one of the two sees what the other has done."""

from django.db import migrations

ERASURE = """
CREATE OR REPLACE FUNCTION erase_segments(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH gone AS (
        -- First: whoever looks at these customers now has taken them out of the line, and may lock them below.
        DELETE FROM segments_touch WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'segments_touch', count(*) FROM gone;
    -- A computation locks those whom it has let in FOR KEY SHARE before it ends (`segments/membership/queries.py`). If it was
    -- first, this waits, and the statements below see whom it has let in; if it comes later, it sees who has departed.
    PERFORM FROM customers_customer WHERE id = ANY(family) ORDER BY id FOR UPDATE;
    RETURN QUERY WITH gone AS (
        DELETE FROM segments_stay WHERE customer_id = ANY(family) RETURNING segment_id, left_at
    ), fewer AS (
        UPDATE segments_computation c SET members = greatest(c.members - one.number, 0)
        FROM (SELECT segment_id, count(*) AS number FROM gone WHERE left_at IS NULL GROUP BY 1) one
        WHERE c.segment_id = one.segment_id
    ) SELECT 'segments_stay', count(*) FROM gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0002_rules_of_segments")]

    operations = [migrations.RunSQL(ERASURE)]
