from django.db import migrations

from loyalty.staff.roles.grants import grant

SQL = """
-- Two events may make the same label at once: the second waits for the first, and leaves it as it is.
CREATE FUNCTION keep_first_label() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('label ' || NEW.slug, 0));
    IF EXISTS (SELECT FROM labels_labelalias WHERE slug = NEW.slug) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_first_label BEFORE INSERT ON labels_label FOR EACH ROW EXECUTE FUNCTION keep_first_label();
CREATE TRIGGER keep_first_label BEFORE INSERT ON labels_labelalias FOR EACH ROW EXECUTE FUNCTION keep_first_label();

SELECT watch_program('labels_label');

CREATE FUNCTION erase_labels(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM labels_customerlabel WHERE customer_id = ANY(erased_family(chosen)) RETURNING 1)
    SELECT 'labels_customerlabel', count(*) FROM gone;
$$;
SELECT let_application_execute('erase_labels(bigint[])');
"""
BACK = """
DROP FUNCTION erase_labels(bigint[]);
DROP TRIGGER keep_first_label ON labels_labelalias;
DROP TRIGGER keep_first_label ON labels_label;
DROP FUNCTION keep_first_label();
"""


class Migration(migrations.Migration):
    dependencies = [("labels", "0001_initial"), ("events", "0003_event_types"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        migrations.RunSQL(SQL, BACK),
        grant("labels.view", "manager", "service_agent", "analyst", "integrator", "read_only"),
        grant("labels.give", "manager", "service_agent"),
        grant("labels.configure", "manager"),
    ]
