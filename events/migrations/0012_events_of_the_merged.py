from django.db import migrations

# An order of a profile that was merged away is a row of the survivor, and its checkout stays in the stream where it is.
# Events are never deleted or moved, so nothing needs to look from their side.
FUNCTION = """
CREATE FUNCTION require_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.event_id IS NULL
        OR EXISTS (SELECT 1 FROM events_event WHERE customer_id = NEW.customer_id AND id = NEW.event_id)
        OR EXISTS (
            SELECT 1 FROM customers_merge m JOIN events_event e ON e.customer_id = m.source_id AND e.id = NEW.event_id
            WHERE m.survivor_id = NEW.customer_id
        )
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '%: event % is none of customer %, nor of a profile merged into it.',
        TG_NAME, NEW.event_id, NEW.customer_id USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
END $$;
"""
CHECKED = """
ALTER TABLE events_transaction DROP CONSTRAINT transaction_event_fk;
CREATE CONSTRAINT TRIGGER transaction_event_fk AFTER INSERT OR UPDATE OF customer_id, event_id ON events_transaction
    FOR EACH ROW EXECUTE FUNCTION require_event();
"""
BACK = """
DROP TRIGGER transaction_event_fk ON events_transaction;
ALTER TABLE events_transaction ADD CONSTRAINT transaction_event_fk
    FOREIGN KEY (customer_id, event_id) REFERENCES events_event (customer_id, id);
"""
NAMED = """
UPDATE events_eventtype SET attributes = '{kind,source,target}', personal_attributes = '{source,target}'
    WHERE action = 'customer_merge'
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0011_life_actions"), ("customers", "0007_rules_of_people")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION require_event()"),
        migrations.RunSQL(CHECKED, BACK),
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
    ]
