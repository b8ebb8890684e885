from django.db import migrations

TABLES = ("points_account", "points_burnrate", "points_earningrule", "points_earningrate")


class Migration(migrations.Migration):
    dependencies = [("points", "0009_bonuses"), ("staff", "0005_program_record")]

    operations = [migrations.RunSQL(f"SELECT watch_program('{table}')", migrations.RunSQL.noop) for table in TABLES]
