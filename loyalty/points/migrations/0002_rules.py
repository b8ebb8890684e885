"""What the database itself keeps of the ledger: whose its rows are, that they are written once, and what an erasure leaves."""

from django.db import migrations

# An entry names its event and its lot by customer and id, and an event its customer: asking for the customer of each entry
# again would lock that row once more for each. Lots and promises move with a merge and keep their ids; the events that
# made them stay where they are.
OF_THE_CUSTOMER = """
ALTER TABLE points_entry ADD CONSTRAINT entry_event_fk
    FOREIGN KEY (customer_id, event_id) REFERENCES events_event (customer_id, id);
ALTER TABLE points_entry ADD CONSTRAINT entry_lot_fk
    FOREIGN KEY (customer_id, lot_id) REFERENCES points_lot (customer_id, id);
CREATE CONSTRAINT TRIGGER lot_event_fk AFTER INSERT OR UPDATE OF customer_id, event_id ON points_lot
    FOR EACH ROW EXECUTE FUNCTION require_event();
CREATE CONSTRAINT TRIGGER pending_event_fk AFTER INSERT OR UPDATE OF customer_id, event_id ON points_pending
    FOR EACH ROW EXECUTE FUNCTION require_event();
"""

WRITTEN_ONCE = """
CREATE FUNCTION erased_form(entry points_entry) RETURNS points_entry
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    entry.recorded_at := date_trunc('day', entry.recorded_at, 'UTC');
    RETURN entry;
END $$;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON points_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON points_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT keep_write_once('points_entry');
"""

# Whoever makes a bonus, the row that counts what it has given is there.
CONFIGURED = """
SELECT watch_program(name) FROM unnest(ARRAY[
    'points_account', 'points_burnrate', 'points_earningrule', 'points_earningrate', 'points_bonus']::regclass[]) AS name;
CREATE FUNCTION open_bonus_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO points_bonustotal (bonus_id, points) VALUES (NEW.id, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER open_bonus_total AFTER INSERT ON points_bonus FOR EACH ROW EXECUTE FUNCTION open_bonus_total();
WITH account AS (
    INSERT INTO points_account (slug, name, currency_label, is_default)
        VALUES ('main', 'Main account', 'points', true) RETURNING id
)
INSERT INTO points_earningrule (account_id, basis, rounding, percentage) SELECT id, 'transaction', 'nearest', 100 FROM account;
"""

ERASURE = """
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

# Every movement of points updates its balance; all movements that a bonus gives update its one row.
KEEPING = """
ALTER TABLE points_balance SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE points_bonustotal SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0);
"""


class Migration(migrations.Migration):
    replaces = [
        ("points", "0002_write_once"),
        ("points", "0011_moves"),
        ("points", "0012_erasure"),
        ("points", "0013_limits_released"),
        ("points", "0014_keys_that_follow"),
    ]
    dependencies = [("points", "0001_tables"), ("events", "0002_rules")]

    operations = [
        migrations.RunSQL(OF_THE_CUSTOMER + WRITTEN_ONCE),
        migrations.RunSQL(CONFIGURED),
        migrations.RunSQL(ERASURE + KEEPING),
    ]
