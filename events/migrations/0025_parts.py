import django.contrib.postgres.indexes
from django.db import migrations

import loyalty.database.trigrams


class Migration(migrations.Migration):
    dependencies = [("events", "0024_one_form"), ("customers", "0019_parts")]

    operations = [
        migrations.AddIndex(
            model_name="transaction",
            index=django.contrib.postgres.indexes.GinIndex(
                loyalty.database.trigrams.Trigrams("transaction_id"),
                gin_pending_list_limit=256,
                name="transaction_by_part",
            ),
        ),
    ]
