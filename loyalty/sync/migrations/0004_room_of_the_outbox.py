from django.db import migrations


class Migration(migrations.Migration):
    """All that is put in is taken out again."""

    dependencies = [("sync", "0003_subscribers")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE sync_outboxrow SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)",
            "ALTER TABLE sync_outboxrow RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        )
    ]
