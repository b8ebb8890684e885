from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_named_by_others")]

    operations = [
        migrations.AlterField(
            model_name="customer",
            name="purchase_item_count",
            field=models.DecimalField(decimal_places=3, default=0, max_digits=30, verbose_name="purchased items"),
        ),
    ]
