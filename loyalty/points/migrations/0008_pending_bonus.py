from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0007_activities"),
    ]

    operations = [
        migrations.AddField(
            model_name="pending",
            name="bonus",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
