from django.db import migrations

# As the row is when the transaction ends: a survivor may have been merged in the same transaction.
SQL = """
CREATE OR REPLACE FUNCTION refuse_merge_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    alive bigint;
BEGIN
    SELECT survivor_id INTO alive FROM customers_merge WHERE source_id = NEW.source_id;
    IF EXISTS (SELECT 1 FROM customers_merge WHERE source_id = alive)
        OR EXISTS (SELECT 1 FROM customers_merge WHERE survivor_id = NEW.source_id)
    THEN
        RAISE EXCEPTION 'Customer % was merged away, or % is a survivor: name the profile that is alive.',
            alive, NEW.source_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_celebrations")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
