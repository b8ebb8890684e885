from django.db import migrations

# What was done and what was found stays as it was written down, also where the application itself is broken into.
TRAILS = ("django_admin_log", "points_verification")
WRITE_ONCE = """
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACK = "DROP TRIGGER write_once ON {table}; DROP TRIGGER write_once_truncate ON {table};"


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0011_guesses"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("points", "0005_verification"),
    ]

    operations = [migrations.RunSQL(WRITE_ONCE.format(table=table), BACK.format(table=table)) for table in TRAILS]
