"""What was done and what was found stays as it was written down, also where the application itself is broken into."""

from django.db import migrations

LOGS = """
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
TRAIL = """
-- What is left of an entry about somebody who is erased; by it alone the trigger knows an erasure from a change.
CREATE FUNCTION erased_form(entry staff_auditentry) RETURNS staff_auditentry
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    entry.at := date_trunc('day', entry.at, 'UTC');
    entry.reason := '';
    entry.before := '{}';
    entry.after := '{}';
    RETURN entry;
END $$;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON staff_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON staff_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION erase_staff(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    PERFORM set_config('loyalty.erasing', 'on', true);
    RETURN QUERY WITH emptied AS (
        UPDATE staff_auditentry SET at = date_trunc('day', at, 'UTC'), reason = '', before = '{}', after = '{}'
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'staff_auditentry', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', '', true);
END $$;
SELECT let_application_execute('erase_staff(bigint[])');
"""


class Migration(migrations.Migration):
    replaces = [
        ("staff", "0012_trails"),
        ("staff", "0016_audit"),
        ("staff", "0022_trail"),
    ]
    dependencies = [
        ("staff", "0002_rules"),
        ("events", "0002_rules"),
        ("points", "0001_tables"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        *(migrations.RunSQL(LOGS.format(table=table)) for table in ("django_admin_log", "points_verification")),
        migrations.RunSQL(TRAIL),
    ]
