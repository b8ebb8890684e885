from django.db import migrations

# Whatever changes the configuration, by whatever way, advances the version that every engine process compares.
ADVANCE = """
CREATE FUNCTION advance_program_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE staff_programversion SET version = version + 1 WHERE id = 1;
    RETURN NULL;
END $$;
INSERT INTO staff_programversion (id, version) VALUES (1, 1);
CREATE TRIGGER advance_program_version AFTER INSERT OR UPDATE OR DELETE ON staff_generalsettings
    FOR EACH STATEMENT EXECUTE FUNCTION advance_program_version();
INSERT INTO staff_generalsettings (id, brand_name, currency, auto_subscribe, modules)
    VALUES (1, 'Loyalty', 'EUR', 'checkout', '{expiring_points}');
"""
BACK = """
DROP TRIGGER advance_program_version ON staff_generalsettings;
DROP FUNCTION advance_program_version();
DELETE FROM staff_generalsettings;
DELETE FROM staff_programversion;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]

    operations = [migrations.RunSQL(ADVANCE, BACK)]
