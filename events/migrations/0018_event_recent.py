from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0017_referrals")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(models.F("occurred_at"), models.F("id"), name="event_recent"),
        ),
    ]
