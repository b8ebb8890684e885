"""What a code is worth by itself, beside what the claim of a dynamic reward has made of it: the next holder gets the former."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coupons", "0004_many_codes_at_once")]

    operations = [
        migrations.AddField(
            model_name="coupon",
            name="value_before",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="value before"
            ),
        )
    ]
