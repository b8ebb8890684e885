from typing import Any

from django.db import migrations

# The rows of both are read and compared under the locks of their customers: these triggers stop mistakes.
SQL = """
SELECT watch_program('customers_field');
CREATE FUNCTION refuse_merge_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM customers_merge WHERE source_id = NEW.survivor_id)
        OR EXISTS (SELECT 1 FROM customers_merge WHERE survivor_id = NEW.source_id AND source_id <> NEW.source_id)
    THEN
        RAISE EXCEPTION 'Customer % was merged away, or % is a survivor: name the profile that is alive.',
            NEW.survivor_id, NEW.source_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: a survivor that is merged in turn hands over those that were merged into it.
CREATE CONSTRAINT TRIGGER merge_has_no_cycle AFTER INSERT OR UPDATE ON customers_merge
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_merge_cycle();
"""
BACK = """
DROP TRIGGER merge_has_no_cycle ON customers_merge;
DROP FUNCTION refuse_merge_cycle();
"""


def create_social_fields(apps: Any, schema_editor: Any) -> None:
    Field = apps.get_model("customers", "Field")
    Field.objects.bulk_create(
        [
            Field(slug="facebook_id", name="Facebook ID", type="string", factory=True),
            Field(slug="facebook_profile_link", name="Facebook profile", type="url", factory=True),
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_people"), ("staff", "0005_program_record")]

    operations = [
        migrations.RunSQL(SQL, BACK),
        migrations.RunPython(create_social_fields, migrations.RunPython.noop),
    ]
