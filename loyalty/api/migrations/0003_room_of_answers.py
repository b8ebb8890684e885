from django.db import migrations


class Migration(migrations.Migration):
    """As many answers go each day as come: the room of those that went is there again soon."""

    dependencies = [("api", "0002_saved_answers_are_whole")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE api_savedanswer SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)",
            "ALTER TABLE api_savedanswer RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        )
    ]
