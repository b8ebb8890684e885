from django.db import migrations

# Whichever way the module comes on: nobody counted while it was off.
SQL = """
CREATE FUNCTION count_tiers_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tiers_recalculation (structure_id, way, recounts, status, created_at, after, customers, risen, fallen)
    SELECT id, 'rise', true, 'waiting', now(), 0, 0, 0, 0 FROM tiers_structure WHERE status = 'active' ORDER BY id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_tiers_anew AFTER UPDATE OF modules ON staff_generalsettings FOR EACH ROW
    WHEN ('tiers' = ANY(NEW.modules) AND NOT 'tiers' = ANY(OLD.modules)) EXECUTE FUNCTION count_tiers_anew();
"""
BACK = """
DROP TRIGGER count_tiers_anew ON staff_generalsettings;
DROP FUNCTION count_tiers_anew();
"""


class Migration(migrations.Migration):
    dependencies = [("tiers", "0003_recalculations"), ("staff", "0017_tiers_module")]

    operations = [migrations.RunSQL(SQL, BACK)]
