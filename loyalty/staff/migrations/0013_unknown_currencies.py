from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0012_trails"),
    ]

    operations = [
        migrations.AddField(
            model_name="generalsettings",
            name="earn_in_unknown_currencies",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Purchases in other currencies than the one above earn by the account's general percentage, even where it has none for that currency. Off: they earn nothing, and the event says so.",
                verbose_name="earn in unknown currencies",
            ),
        ),
    ]
