from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("api", "0001_initial"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SavedAnswer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "api_key_id", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("api_key_id", models.BigIntegerField()),
                ("digest", models.BinaryField()),
                ("fingerprint", models.BinaryField()),
                ("status", models.SmallIntegerField()),
                ("body", models.BinaryField()),
                ("customer_id", models.BigIntegerField(null=True)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "saved answer",
                "indexes": [
                    models.Index(
                        condition=models.Q(("customer_id__isnull", False)),
                        fields=["customer_id"],
                        name="saved_answer_customer",
                    ),
                    models.Index(fields=["expires_at"], name="saved_answer_expiry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__gte", 200), ("status__lt", 500)),
                        name="saved_answer_status_is_known",
                    )
                ],
            },
        ),
    ]
