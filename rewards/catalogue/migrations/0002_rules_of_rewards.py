from django.db import migrations

from loyalty.staff.roles.grants import grant

SQL = """
SELECT watch_program('rewards_rewardcategory');
SELECT watch_program('rewards_rewardmessage');
SELECT watch_program('rewards_reward');
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial"), ("events", "0003_event_types"), ("staff", "0003_rules_of_the_trail")]

    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        grant("rewards.view", "manager", "service_agent", "analyst", "integrator", "read_only"),
        grant("rewards.configure", "manager"),
    ]
