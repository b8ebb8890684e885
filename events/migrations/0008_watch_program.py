from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "0007_order_actions"), ("staff", "0005_program_record")]

    operations = [migrations.RunSQL("SELECT watch_program('events_eventtype')", migrations.RunSQL.noop)]
