import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_facet_statistics"),
        ("events", "0006_orders"),
        ("points", "0005_verification"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE points_pending_id AS bigint", "DROP SEQUENCE points_pending_id"),
        migrations.CreateModel(
            name="Pending",
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
                            models.Value("points_pending_id"), function="nextval", output_field=models.BigIntegerField()
                        )
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                ("points", models.BigIntegerField()),
                ("arithmetic", models.JSONField(null=True)),
                ("transaction_id", models.CharField(max_length=128, null=True)),
                ("line", models.IntegerField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("settled_by", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to="points.account"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="pending_points",
                        to="customers.customer",
                    ),
                ),
                (
                    "event",
                    models.ForeignObject(
                        from_fields=["customer_id", "event_id"],
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="pending_points",
                        to="events.event",
                        to_fields=["customer_id", "id"],
                    ),
                ),
            ],
            options={
                "verbose_name": "pending points",
                "verbose_name_plural": "pending points",
            },
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_kind_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_sign_follows_kind",
        ),
        migrations.RemoveConstraint(
            model_name="lot",
            name="lot_remaining",
        ),
        migrations.AddField(
            model_name="account",
            name="expiry",
            field=models.CharField(
                choices=[
                    ("none", "Never"),
                    ("rolling", "Some time after they were earned"),
                    ("activity", "Some time after the last activity"),
                    ("calendar", "On one day of each year"),
                    ("anniversary", "On each anniversary of the customer's opt-in"),
                ],
                db_default="none",
                default="none",
                max_length=11,
                verbose_name="points expire",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="expiry_actions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                blank=True,
                db_default=[],
                default=list,
                help_text="Actions that count as an activity. Empty: everything that earns or spends points.",
                size=None,
                verbose_name="activities",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="expiry_after",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Some time after the earning or the last activity: how many days, months or years.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000),
                ],
                verbose_name="after",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="expiry_day",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="On one day of each year: the last day on which the points are valid.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)],
                verbose_name="day",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="expiry_month",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)],
                verbose_name="month",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="expiry_unit",
            field=models.CharField(
                choices=[("days", "Days"), ("months", "Months"), ("years", "Years")],
                db_default="months",
                default="months",
                max_length=6,
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            model_name="balance",
            name="active_at",
            field=models.DateTimeField(null=True, verbose_name="last activity"),
        ),
        migrations.AddField(
            model_name="lot",
            name="arithmetic",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="lot",
            name="expired",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("earn", "Earned"),
                    ("spend", "Spent"),
                    ("unspend", "Given back"),
                    ("deduct", "Deducted"),
                    ("repay", "Debt repaid"),
                    ("expire", "Expired"),
                    ("refund", "Taken back"),
                    ("reserve", "Reserved"),
                    ("release", "Released"),
                    ("pending", "Pending"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="balance",
            index=models.Index(
                models.F("account"),
                models.F("active_at"),
                condition=models.Q(("active_at__isnull", False)),
                name="balance_idle",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                models.F("expires_at"),
                condition=models.Q(("expires_at__isnull", False), ("remaining__gt", 0)),
                name="lot_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("expiry_unit__in", ["days", "months", "years"])), name="expiry_unit_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expiry__in", ["none", "anniversary"]),
                    models.Q(
                        ("expiry__in", ["rolling", "activity"]),
                        ("expiry_after__gt", 0),
                        ("expiry_after__isnull", False),
                    ),
                    models.Q(
                        ("expiry", "calendar"),
                        ("expiry_day__isnull", False),
                        ("expiry_day__range", (1, 31)),
                        ("expiry_month__isnull", False),
                        ("expiry_month__range", (1, 12)),
                    ),
                    _connector="OR",
                ),
                name="expiry_is_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "earn",
                            "spend",
                            "unspend",
                            "deduct",
                            "repay",
                            "expire",
                            "refund",
                            "reserve",
                            "release",
                            "pending",
                        ],
                    )
                ),
                name="entry_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["earn", "unspend", "release"]), ("points__gt", 0)),
                    models.Q(("kind__in", ["spend", "deduct", "refund", "reserve"]), ("points__lt", 0)),
                    ("kind__in", ["expire", "pending"]),
                    models.Q(("kind", "repay"), ("lot_id__isnull", False), ("points__lt", 0)),
                    models.Q(("kind", "repay"), ("lot_id__isnull", True), ("points__gt", 0)),
                    _connector="OR",
                ),
                name="entry_sign_follows_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "pending"), ("lot_id__isnull", False), _negated=True),
                    models.Q(("kind__in", ["earn", "expire", "reserve"]), ("lot_id__isnull", True), _negated=True),
                ),
                name="entry_has_a_lot_unless_pending_or_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expired__gte", 0),
                    ("remaining__gte", 0),
                    (
                        "remaining__lte",
                        django.db.models.expressions.CombinedExpression(models.F("points"), "-", models.F("expired")),
                    ),
                ),
                name="lot_remaining",
            ),
        ),
        migrations.AddIndex(
            model_name="pending",
            index=models.Index(
                models.F("customer"),
                models.F("id"),
                condition=models.Q(("settled_by__isnull", True)),
                name="pending_open",
            ),
        ),
        migrations.AddIndex(
            model_name="pending",
            index=models.Index(
                models.F("due_at"),
                condition=models.Q(("due_at__isnull", False), ("settled_by__isnull", True)),
                name="pending_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="pending",
            constraint=models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="pending_has_points"),
        ),
        migrations.RunSQL(
            "ALTER TABLE points_pending ADD CONSTRAINT pending_event_fk"
            " FOREIGN KEY (customer_id, event_id) REFERENCES events_event (customer_id, id)",
            "ALTER TABLE points_pending DROP CONSTRAINT pending_event_fk",
        ),
    ]
