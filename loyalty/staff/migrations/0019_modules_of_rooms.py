import django.contrib.postgres.fields
from django.db import migrations, models

import loyalty.program.models


class Migration(migrations.Migration):
    """Which modules there are is no part of the schema any more: one more needs no migration here."""

    dependencies = [("staff", "0018_entities_scope")]

    operations = [
        migrations.AlterField(
            model_name="generalsettings",
            name="modules",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30),
                blank=True,
                default=loyalty.program.models.all_modules,
                size=None,
                verbose_name="modules",
            ),
        ),
    ]
