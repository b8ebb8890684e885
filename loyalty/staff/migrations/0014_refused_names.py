import django.contrib.postgres.fields
from django.db import migrations, models

import loyalty.program.models


class Migration(migrations.Migration):
    dependencies = [("staff", "0013_unknown_currencies")]

    operations = [
        migrations.AddField(
            model_name="generalsettings",
            name="refused_names",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=128),
                blank=True,
                default=loyalty.program.models.names_of_nobody,
                help_text="What programs send where they know nobody, one a line, in capitals or not. No new customer gets such an ID; who has one already keeps it.",
                size=None,
                verbose_name="refused names",
            ),
        ),
    ]
