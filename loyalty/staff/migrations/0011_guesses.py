from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0010_access_that_ends")]

    operations = [
        migrations.CreateModel(
            name="GuessCount",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("tries", models.IntegerField()),
                ("tried_at", models.DateTimeField()),
                ("wait_until", models.DateTimeField(null=True)),
            ],
        ),
    ]
