import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("sync", "0001_initial"),
        ("sync", "0003_subscribers"),
    ]

    dependencies = [
        ("customers", "0001_tables"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE sync_outbox_id AS bigint"),
        migrations.CreateModel(
            name="Subscriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "subscriber",
            },
        ),
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "id",
                    models.BigIntegerField(
                        db_default=models.Func(
                            models.Value("sync_outbox_id"), function="nextval", output_field=models.BigIntegerField()
                        )
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                ("action", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "outbox row",
            },
        ),
    ]
