from django.db import migrations, models

SQL = """
-- By what others may name these people: their IDs, and those of the profiles merged into them; an external ID as
-- `field:value`, and by itself unless that is the ID of somebody else.
CREATE FUNCTION names_of(family bigint[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT i.scheme || ':' || i.value FROM customers_identity i WHERE i.customer_id = ANY(family)
        UNION SELECT i.value FROM customers_identity i WHERE i.customer_id = ANY(family) AND NOT EXISTS (
            SELECT FROM customers_identity o
            WHERE o.scheme = 'id' AND o.value = i.value AND o.customer_id <> ALL(family)
        )
    )
$$;
"""
# Locked in their order, as the engine locks; who waits the other way round is sent back by the database and tried again.
NEW = """BEGIN
    UPDATE customers_customer SET referrer = NULL WHERE id IN (
        SELECT id FROM customers_customer WHERE referrer = ANY(names_of(family)) ORDER BY id FOR UPDATE
    );
"""
OLD = "BEGIN\n"


def _function(old: str, new: str) -> str:
    """The erasure with a part of it replaced: read from the database, so that no other part of it is repeated here."""
    return f"""
DO $do$
DECLARE source text := pg_get_functiondef('erase_customers(bigint[])'::regprocedure);
BEGIN
    IF strpos(source, $part${old}$part$) = 0 THEN
        RAISE EXCEPTION 'erase_customers is not as this migration knows it';
    END IF;
    EXECUTE replace(source, $part${old}$part$, $part${new}$part$);
END $do$
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0014_read_lists")]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["referrer"], condition=models.Q(referrer__isnull=False), name="customer_by_referrer"
            ),
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION names_of(bigint[])"),
        migrations.RunSQL(_function(OLD, NEW), _function(NEW, OLD)),
    ]
