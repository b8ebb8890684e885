from django.db import migrations

# Triggers stop everybody, the owner of the tables included; the missing privileges stop the application's role before.
WRITE_ONCE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are written once. Record a correcting event instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON events_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION keep_write_once(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE role name;
BEGIN
    FOR role IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE to_regclass(format('%I.%I', table_schema, table_name)) = relation AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', relation, role);
    END LOOP;
END $$;
SELECT keep_write_once('events_event');
CREATE TRIGGER advance_program_version AFTER INSERT OR UPDATE OR DELETE ON events_eventtype
    FOR EACH STATEMENT EXECUTE FUNCTION advance_program_version();
"""
BACK = """
DROP TRIGGER advance_program_version ON events_eventtype;
DROP TRIGGER write_once ON events_event;
DROP TRIGGER write_once_truncate ON events_event;
DROP FUNCTION keep_write_once(regclass);
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("staff", "0002_program_version")]

    operations = [migrations.RunSQL(WRITE_ONCE, BACK)]
