import datetime

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("points", "0001_initial"),
        ("points", "0003_lean_lots"),
        ("points", "0004_accounts"),
        ("points", "0005_verification"),
        ("points", "0006_orders"),
        ("points", "0007_activities"),
        ("points", "0008_pending_bonus"),
        ("points", "0009_bonuses"),
        ("points", "0010_bonus_slug"),
    ]

    dependencies = [
        ("customers", "0001_tables"),
        ("events", "0001_tables"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE points_lot_id AS bigint"),
        migrations.RunSQL("CREATE SEQUENCE points_entry_id AS bigint"),
        migrations.RunSQL("CREATE SEQUENCE points_pending_id AS bigint"),
        migrations.RunSQL("CREATE SEQUENCE points_bonus_slug"),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$", "Use lower-case letters, digits and underscores."
                            )
                        ],
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("currency_label", models.CharField(default="points", max_length=50, verbose_name="currency label")),
                (
                    "type",
                    models.CharField(
                        choices=[("standard", "Standard"), ("status_points", "Status points")],
                        db_default="standard",
                        default="standard",
                        max_length=13,
                        verbose_name="type",
                    ),
                ),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                (
                    "negative_points",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="A deduction or a spending above the spendable points leaves a debt, repaid by the next earnings.",
                        verbose_name="may go negative",
                    ),
                ),
                (
                    "expiry",
                    models.CharField(
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
                (
                    "expiry_after",
                    models.PositiveSmallIntegerField(
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
                (
                    "expiry_unit",
                    models.CharField(
                        choices=[("days", "Days"), ("months", "Months"), ("years", "Years")],
                        db_default="months",
                        default="months",
                        max_length=6,
                        verbose_name="unit",
                    ),
                ),
                (
                    "expiry_month",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="month",
                    ),
                ),
                (
                    "expiry_day",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="On one day of each year: the last day on which the points are valid.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="day",
                    ),
                ),
                (
                    "expiry_actions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        db_default=[],
                        default=list,
                        help_text="Actions that count as an activity. Empty: everything that earns or spends points.",
                        size=None,
                        verbose_name="activities",
                    ),
                ),
                ("expiry_since", models.DateTimeField(editable=False, null=True, verbose_name="activities kept since")),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
                "ordering": ["slug"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("is_default",), name="one_default_account"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["standard", "status_points"])), name="account_type_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expiry_unit__in", ["days", "months", "years"])),
                        name="expiry_unit_is_known",
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Bonus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        db_default=models.Func(
                            output_field=models.CharField(max_length=64),
                            template="('bonus_' || nextval('points_bonus_slug'))",
                        ),
                        editable=False,
                        max_length=64,
                        unique=True,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
                (
                    "kind",
                    models.CharField(
                        choices=[("multiplier", "Multiplier"), ("fixed", "Fixed points")],
                        db_default="multiplier",
                        default="multiplier",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "multiplier",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="2 doubles the points of what it matches; 0 lets it earn nothing. Multipliers add up: 2 and 3 give 4.",
                        max_digits=7,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="multiplier",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="points",
                    ),
                ),
                (
                    "first_day",
                    models.DateField(
                        blank=True,
                        help_text="Empty: from the beginning.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(datetime.date(1900, 1, 1))],
                        verbose_name="first day",
                    ),
                ),
                (
                    "last_day",
                    models.DateField(
                        blank=True,
                        help_text="Valid through this day. Empty: without an end.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(datetime.date(2999, 12, 31))],
                        verbose_name="last day",
                    ),
                ),
                (
                    "products",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="products",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="categories",
                    ),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="channels",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        help_text="Only orders in this currency. Empty: all.",
                        max_length=3,
                        null=True,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{3}$", "Enter an ISO 4217 code.")],
                        verbose_name="currency",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="Of what it matches, in its currency.",
                        max_digits=20,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="minimum amount",
                    ),
                ),
                (
                    "customer_limit",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="Points, counted from when the limit is set. Empty: unlimited.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="limit per customer",
                    ),
                ),
                (
                    "total_limit",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="Points of all customers together, counted from when the limit is set. Empty: unlimited.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="limit in total",
                    ),
                ),
                (
                    "refund_releases",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="What an order that is refunded in full has used of the limits can be used again. Rejected orders give it back in any case.",
                        verbose_name="a full refund gives limits back",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bonuses", to="points.account"
                    ),
                ),
            ],
            options={
                "verbose_name": "bonus",
                "verbose_name_plural": "bonuses",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "multiplier"),
                                ("multiplier__gte", 0),
                                ("multiplier__isnull", False),
                                ("multiplier__lte", 100),
                                ("points__isnull", True),
                            ),
                            models.Q(
                                ("kind", "fixed"),
                                ("multiplier__isnull", True),
                                ("points__gte", 1),
                                ("points__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="bonus_is_a_multiplier_or_points",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first_day__isnull", True),
                                ("first_day__gte", datetime.date(1900, 1, 1)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("last_day__isnull", True),
                                ("last_day__lte", datetime.date(2999, 12, 31)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("first_day__isnull", True),
                                ("last_day__isnull", True),
                                ("last_day__gte", models.F("first_day")),
                                _connector="OR",
                            ),
                        ),
                        name="bonus_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minimum__isnull", True),
                            models.Q(("currency__isnull", False), ("minimum__gte", 0)),
                            _connector="OR",
                        ),
                        name="bonus_minimum_has_a_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer_limit__isnull", True), ("customer_limit__gte", 1), _connector="OR"),
                            models.Q(("total_limit__isnull", True), ("total_limit__gte", 1), _connector="OR"),
                        ),
                        name="bonus_limits_leave_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BonusUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id", "bonus_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("points", models.BigIntegerField()),
                (
                    "bonus",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="points.bonus",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="bonus_uses",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a bonus",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="bonus_use_is_not_negative")
                ],
            },
        ),
        migrations.CreateModel(
            name="BurnRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{3}$", "Enter an ISO 4217 code.")],
                        verbose_name="currency",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="points"
                    ),
                ),
                (
                    "amount",
                    models.PositiveIntegerField(
                        help_text="In minor units: 100 is 1.00.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="amount",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="burn_rates", to="points.account"
                    ),
                ),
            ],
            options={
                "verbose_name": "burn rate",
                "verbose_name_plural": "burn rates",
                "ordering": ["currency"],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "currency"), name="one_burn_rate_per_currency"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("points__gt", 0)), name="burn_rate_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarningRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "basis",
                    models.CharField(
                        choices=[("transaction", "Per transaction"), ("item", "Per item")],
                        default="transaction",
                        max_length=12,
                        verbose_name="earning",
                    ),
                ),
                (
                    "rounding",
                    models.CharField(
                        choices=[("nearest", "To the nearest point"), ("up", "Up"), ("down", "Down")],
                        default="nearest",
                        max_length=8,
                        verbose_name="rounding",
                    ),
                ),
                (
                    "percentage",
                    models.DecimalField(
                        decimal_places=4,
                        default=100,
                        help_text="Points for every 100 units of money, in currencies that are not listed below.",
                        max_digits=9,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="percentage",
                    ),
                ),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earning",
                        to="points.account",
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "earning rule",
                "verbose_name_plural": "earning rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percentage__gte", 0), ("percentage__lte", 10000)),
                        name="earning_rule_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EarningRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{3}$", "Enter an ISO 4217 code.")],
                        verbose_name="currency",
                    ),
                ),
                (
                    "percentage",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=9,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(10000),
                        ],
                        verbose_name="percentage",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rates", to="points.earningrule"
                    ),
                ),
            ],
            options={
                "verbose_name": "rate of a currency",
                "verbose_name_plural": "rates per currency",
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "currency"), name="one_rate_per_currency"),
                    models.CheckConstraint(
                        condition=models.Q(("percentage__gte", 0), ("percentage__lte", 10000)),
                        name="earning_rate_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lot",
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
                            models.Value("points_lot_id"), function="nextval", output_field=models.BigIntegerField()
                        )
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                ("points", models.BigIntegerField()),
                ("remaining", models.BigIntegerField()),
                ("expired", models.BigIntegerField(db_default=0, default=0)),
                ("earned_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("arithmetic", models.JSONField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to="points.account"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lots",
                        to="customers.customer",
                    ),
                ),
                (
                    "event",
                    models.ForeignObject(
                        from_fields=["customer_id", "event_id"],
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lots",
                        to="events.event",
                        to_fields=["customer_id", "id"],
                    ),
                ),
            ],
            options={
                "verbose_name": "lot",
                "indexes": [
                    models.Index(
                        models.F("expires_at"),
                        condition=models.Q(("expires_at__isnull", False), ("remaining__gt", 0)),
                        name="lot_due",
                    ),
                    models.Index(
                        models.F("customer"),
                        models.F("account"),
                        models.F("expires_at"),
                        models.F("id"),
                        condition=models.Q(("remaining__gt", 0)),
                        name="lot_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="lot_has_points"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expired__gte", 0),
                            ("remaining__gte", 0),
                            (
                                "remaining__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("points"), "-", models.F("expired")
                                ),
                            ),
                        ),
                        name="lot_remaining",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
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
                            models.Value("points_entry_id"), function="nextval", output_field=models.BigIntegerField()
                        )
                    ),
                ),
                ("event_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
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
                            ("move", "Moved"),
                        ],
                        max_length=8,
                    ),
                ),
                ("points", models.BigIntegerField()),
                ("lot_id", models.BigIntegerField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to="points.account"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="customers.customer",
                    ),
                ),
                (
                    "event",
                    models.ForeignObject(
                        from_fields=["customer_id", "event_id"],
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="events.event",
                        to_fields=["customer_id", "id"],
                    ),
                ),
                (
                    "lot",
                    models.ForeignObject(
                        from_fields=["customer_id", "lot_id"],
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="points.lot",
                        to_fields=["customer_id", "id"],
                    ),
                ),
            ],
            options={
                "verbose_name": "ledger entry",
                "verbose_name_plural": "ledger entries",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points", 0), _negated=True), name="entry_moves_points"),
                    models.CheckConstraint(
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
                                    "move",
                                ],
                            )
                        ),
                        name="entry_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["earn", "unspend", "release"]), ("points__gt", 0)),
                            models.Q(("kind__in", ["spend", "deduct", "refund", "reserve"]), ("points__lt", 0)),
                            ("kind__in", ["expire", "pending", "move"]),
                            models.Q(("kind", "repay"), ("lot_id__isnull", False), ("points__lt", 0)),
                            models.Q(("kind", "repay"), ("lot_id__isnull", True), ("points__gt", 0)),
                            _connector="OR",
                        ),
                        name="entry_sign_follows_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "pending"), ("lot_id__isnull", False), _negated=True),
                            models.Q(
                                ("kind__in", ["earn", "expire", "reserve", "move"]),
                                ("lot_id__isnull", True),
                                _negated=True,
                            ),
                        ),
                        name="entry_has_a_lot_unless_pending_or_owed",
                    ),
                ],
            },
        ),
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
                ("bonus", models.BigIntegerField(db_default=0, default=0)),
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
                "indexes": [
                    models.Index(
                        models.F("customer"),
                        models.F("id"),
                        condition=models.Q(("settled_by__isnull", True)),
                        name="pending_open",
                    ),
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("due_at__isnull", False), ("settled_by__isnull", True)),
                        name="pending_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="pending_has_points")
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("seconds", models.FloatField(verbose_name="seconds")),
                ("ok", models.BooleanField(verbose_name="all right")),
                ("found", models.BigIntegerField(verbose_name="rows that differ")),
                ("compared", models.JSONField(help_text="Per check.", verbose_name="rows compared")),
                ("mismatches", models.JSONField(help_text="The first ones of them.", verbose_name="which rows differ")),
            ],
            options={
                "verbose_name": "verification",
                "verbose_name_plural": "verifications",
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("found", 0), ("ok", True)),
                            models.Q(("found__gt", 0), ("ok", False)),
                            _connector="OR",
                        ),
                        name="ok_means_none_differ",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id", "account_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("earned", models.BigIntegerField(default=0, verbose_name="score")),
                ("spent", models.BigIntegerField(default=0, verbose_name="spent")),
                ("expired", models.BigIntegerField(default=0, verbose_name="expired")),
                ("reserved", models.BigIntegerField(default=0, verbose_name="reserved")),
                ("pending", models.BigIntegerField(default=0, verbose_name="pending")),
                ("debt", models.BigIntegerField(default=0, verbose_name="debt")),
                ("active_at", models.DateTimeField(null=True, verbose_name="last activity")),
                (
                    "spendable",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("earned"), "-", models.F("spent")
                                    ),
                                    "-",
                                    models.F("expired"),
                                ),
                                "-",
                                models.F("reserved"),
                            ),
                            "+",
                            models.F("debt"),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
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
                        related_name="balances",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "balance",
                "indexes": [
                    models.Index(
                        models.F("account"), models.F("earned"), models.F("customer"), name="balance_by_earned"
                    ),
                    models.Index(
                        models.F("account"), models.F("spendable"), models.F("customer"), name="balance_by_spendable"
                    ),
                    models.Index(
                        models.F("account"),
                        models.F("active_at"),
                        condition=models.Q(("active_at__isnull", False)),
                        name="balance_idle",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("debt__gte", 0),
                            ("expired__gte", 0),
                            ("pending__gte", 0),
                            ("reserved__gte", 0),
                            ("spent__gte", 0),
                        ),
                        name="balance_buckets_are_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spendable__gte", 0)), name="balance_spendable_is_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spendable", 0), ("debt", 0), _connector="OR"),
                        name="balance_debt_or_spendable",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BonusTotal",
            fields=[
                (
                    "bonus",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="total",
                        serialize=False,
                        to="points.bonus",
                    ),
                ),
                ("points", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "verbose_name": "total of a bonus",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("points__gte", 0)), name="bonus_total_is_not_negative")
                ],
            },
        ),
    ]
