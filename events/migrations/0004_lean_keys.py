from django.db import migrations

# Keys are looked up as a whole, never by prefix: Django's second index for LIKE costs every checkout.
DROP = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN
        SELECT indexname FROM pg_indexes WHERE tablename = 'events_businesskey' AND indexname LIKE '%\\_like'
    LOOP
        EXECUTE format('DROP INDEX %I', name);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_factory_event_types")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
