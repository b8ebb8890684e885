from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("points", "0004_accounts")]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("seconds", models.FloatField(verbose_name="seconds")),
                ("ok", models.BooleanField(verbose_name="all right")),
                ("found", models.BigIntegerField(verbose_name="rows that differ")),
                ("compared", models.JSONField(help_text="Per check.", verbose_name="rows compared")),
                (
                    "mismatches",
                    models.JSONField(help_text="The first ones of them.", verbose_name="which rows differ"),
                ),
            ],
            options={
                "verbose_name": "verification",
                "verbose_name_plural": "verifications",
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("found", 0), ("ok", True)) | models.Q(("found__gt", 0), ("ok", False)),
                        name="ok_means_none_differ",
                    )
                ],
            },
        ),
    ]
