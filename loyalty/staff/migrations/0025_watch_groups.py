from django.db import migrations

SQL = """
SELECT watch_program('staff_usergroup');
SELECT watch_program('staff_groupedkind');
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0024_user_groups")]

    # The triggers go with their tables.
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
