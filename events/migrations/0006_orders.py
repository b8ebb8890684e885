import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_facet_statistics"),
        ("events", "0005_unspend_and_fix"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE events_transaction_id AS bigint", "DROP SEQUENCE events_transaction_id"),
        migrations.CreateModel(
            name="GuestOrder",
            fields=[
                (
                    "transaction_id",
                    models.CharField(max_length=128, primary_key=True, serialize=False, verbose_name="transaction ID"),
                ),
                ("data", models.JSONField(verbose_name="attributes")),
                ("account", models.CharField(max_length=64, null=True, verbose_name="account")),
                ("occurred_at", models.DateTimeField(verbose_name="effect time")),
                ("recorded_at", models.DateTimeField(verbose_name="processing time")),
                ("claimed_by", models.BigIntegerField(null=True, verbose_name="claimed by")),
            ],
            options={
                "verbose_name": "guest order",
                "verbose_name_plural": "guest orders",
            },
        ),
        migrations.AddField(
            model_name="eventtype",
            name="pending_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Its points stay pending for so many days. Empty: they can be spent at once.",
                null=True,
                verbose_name="days pending",
            ),
        ),
        migrations.CreateModel(
            name="Transaction",
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
                            models.Value("events_transaction_id"),
                            function="nextval",
                            output_field=models.BigIntegerField(),
                        )
                    ),
                ),
                ("transaction_id", models.CharField(max_length=128, verbose_name="transaction ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("pending", "Pending"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("refunded", "Refunded"),
                        ],
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("event_id", models.BigIntegerField(null=True, verbose_name="checkout")),
                ("account_id", models.BigIntegerField(null=True, verbose_name="account")),
                ("currency", models.CharField(max_length=3, null=True, verbose_name="currency")),
                ("total", models.DecimalField(decimal_places=4, default=0, max_digits=20, verbose_name="total")),
                ("refunded", models.DecimalField(decimal_places=4, default=0, max_digits=20, verbose_name="refunded")),
                ("items", models.JSONField(default=list, verbose_name="items")),
                ("earned", models.BigIntegerField(default=0, verbose_name="earned")),
                ("bonus", models.BigIntegerField(default=0, verbose_name="bonus")),
                ("taken_back", models.BigIntegerField(default=0, verbose_name="taken back")),
                ("burned", models.BigIntegerField(default=0, verbose_name="burned")),
                ("given_back", models.BigIntegerField(default=0, verbose_name="given back")),
                ("reserved", models.BigIntegerField(default=0, verbose_name="reserved")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("updated_at", models.DateTimeField(verbose_name="updated at")),
                ("checkout_at", models.DateTimeField(null=True, verbose_name="checkout date")),
                ("accept_at", models.DateTimeField(null=True, verbose_name="accepted automatically at")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted at")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="transactions",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "transaction",
                "verbose_name_plural": "transactions",
                "indexes": [
                    models.Index(models.F("id"), name="transaction_recent"),
                    models.Index(
                        models.F("status"),
                        models.F("id"),
                        condition=models.Q(("status", "accepted"), _negated=True),
                        name="transaction_by_status",
                    ),
                    models.Index(
                        models.F("accept_at"), condition=models.Q(("status", "pending")), name="transaction_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("transaction_id", "customer"), name="one_transaction_per_customer"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "pending", "accepted", "rejected", "refunded"])),
                        name="transaction_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("total"))),
                        name="transaction_refunds_at_most_its_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taken_back__gte", 0), ("taken_back__lte", models.F("earned"))),
                        name="transaction_takes_back_at_most_what_it_earned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("given_back__gte", 0), ("given_back__lte", models.F("burned"))),
                        name="transaction_gives_back_at_most_what_it_burned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bonus__lte", models.F("earned")), ("reserved__gte", 0)),
                        name="transaction_points_are_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("event_id__isnull", True), ("status", "draft")),
                            models.Q(models.Q(("status", "draft"), _negated=True), ("event_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="only_a_draft_has_no_checkout",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE events_transaction ADD CONSTRAINT transaction_event_fk"
            " FOREIGN KEY (customer_id, event_id) REFERENCES events_event (customer_id, id)",
            "ALTER TABLE events_transaction DROP CONSTRAINT transaction_event_fk",
        ),
    ]
