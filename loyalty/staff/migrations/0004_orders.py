import django.contrib.postgres.fields
from django.db import migrations, models

import loyalty.program.models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_user_flags"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="may_fix_points",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Its orders may name the points that they earn (points_rewarded).",
                verbose_name="may fix points",
            ),
        ),
        migrations.AddField(
            model_name="generalsettings",
            name="accept_after_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="With Checkout accept: an order is accepted by itself so many days after it. Empty: by hand only.",
                null=True,
                verbose_name="accept orders after days",
            ),
        ),
        migrations.AlterField(
            model_name="generalsettings",
            name="modules",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("multi_accounts", "Multi-accounts"),
                        ("expiring_points", "Expiring points"),
                        ("checkout_accept", "Checkout accept"),
                    ],
                    max_length=30,
                ),
                blank=True,
                default=loyalty.program.models.all_modules,
                size=None,
                verbose_name="modules",
            ),
        ),
    ]
