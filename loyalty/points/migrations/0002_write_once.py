from django.db import migrations

SQL = """
ALTER TABLE points_lot ADD CONSTRAINT lot_event_fk
    FOREIGN KEY (customer_id, event_id) REFERENCES events_event (customer_id, id);
ALTER TABLE points_entry ADD CONSTRAINT entry_event_fk
    FOREIGN KEY (customer_id, event_id) REFERENCES events_event (customer_id, id);
ALTER TABLE points_entry ADD CONSTRAINT entry_lot_fk
    FOREIGN KEY (customer_id, lot_id) REFERENCES points_lot (customer_id, id);
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON points_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON points_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT keep_write_once('points_entry');
CREATE TRIGGER advance_program_version AFTER INSERT OR UPDATE OR DELETE ON points_account
    FOR EACH STATEMENT EXECUTE FUNCTION advance_program_version();
CREATE TRIGGER advance_program_version AFTER INSERT OR UPDATE OR DELETE ON points_earningrule
    FOR EACH STATEMENT EXECUTE FUNCTION advance_program_version();
CREATE TRIGGER advance_program_version AFTER INSERT OR UPDATE OR DELETE ON points_earningrate
    FOR EACH STATEMENT EXECUTE FUNCTION advance_program_version();
WITH account AS (
    INSERT INTO points_account (slug, name, currency_label, is_default)
        VALUES ('main', 'Main account', 'points', true) RETURNING id
)
INSERT INTO points_earningrule (account_id, basis, rounding, percentage) SELECT id, 'transaction', 'nearest', 100 FROM account;
"""
BACK = """
DROP TRIGGER advance_program_version ON points_earningrate;
DROP TRIGGER advance_program_version ON points_earningrule;
DROP TRIGGER advance_program_version ON points_account;
DROP TRIGGER write_once ON points_entry;
DROP TRIGGER write_once_truncate ON points_entry;
ALTER TABLE points_entry DROP CONSTRAINT entry_lot_fk;
ALTER TABLE points_entry DROP CONSTRAINT entry_event_fk;
ALTER TABLE points_lot DROP CONSTRAINT lot_event_fk;
DELETE FROM points_earningrule;
DELETE FROM points_account;
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial"), ("events", "0002_write_once")]

    operations = [migrations.RunSQL(SQL, BACK)]
