from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0015_named_by_others"),
        ("events", "0020_named_by_others"),
    ]

    operations = [
        migrations.AddField(
            model_name="transaction",
            name="booked",
            field=models.JSONField(null=True, verbose_name="used limits of bonuses"),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("booked__isnull", True), models.Q(("status", "rejected"), _negated=True), _connector="OR"
                ),
                name="rejected_transaction_uses_no_limit",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                models.F("customer"), condition=models.Q(("booked__isnull", False)), name="transaction_uses_limits"
            ),
        ),
    ]
