import django.contrib.postgres.fields
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("tiers", "0001_initial"),
        ("tiers", "0003_recalculations"),
    ]

    dependencies = [
        ("customers", "0001_tables"),
        ("points", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Structure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_-]*$", "Use letters, digits, underscores and hyphens."
                            )
                        ],
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("inactive", "Inactive")],
                        db_default="active",
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("point_based", "Points that are earned"),
                            ("spend_based", "Purchases"),
                            ("invitation_only", "By invitation only"),
                        ],
                        db_default="point_based",
                        default="point_based",
                        max_length=15,
                        verbose_name="what counts",
                    ),
                ),
                (
                    "actions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        db_default=[],
                        default=list,
                        help_text="Only points of these actions count; all that orders earn counts as checkout. Empty: all actions.",
                        size=None,
                        verbose_name="counted actions",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Where purchases count: those in this currency.",
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("^[A-Z]{3}$", "Enter an ISO 4217 code.")],
                        verbose_name="currency",
                    ),
                ),
                (
                    "expiration",
                    models.CharField(
                        choices=[
                            ("none", "All points count for ever"),
                            ("rolling", "The last months"),
                            ("calendar", "From a date of the year"),
                            ("anniversary", "From the anniversary of the opt-in"),
                        ],
                        db_default="none",
                        default="none",
                        max_length=11,
                        verbose_name="points count",
                    ),
                ),
                (
                    "rolling_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="months",
                    ),
                ),
                (
                    "dates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5),
                        blank=True,
                        db_default=[],
                        default=list,
                        help_text="A period begins on each of these dates, written as 01-31.",
                        size=None,
                        verbose_name="dates",
                    ),
                ),
                (
                    "initialise_at_opt_in",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="Otherwise nobody has a level until points reach one.",
                        verbose_name="lowest level at opt-in",
                    ),
                ),
                (
                    "downgrade",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Otherwise a level is lost only when it expires.",
                        verbose_name="refunds and deductions lower levels",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("keep_highest", "The highest level that the points reach"),
                            ("one_down", "One level down at most"),
                            ("reset", "The lowest level"),
                            ("never", "Levels never expire"),
                        ],
                        db_default="keep_highest",
                        default="keep_highest",
                        max_length=12,
                        verbose_name="at expiry",
                    ),
                ),
                (
                    "validity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("period", "Until the end of the period"),
                            ("next_period", "Until the end of the next period"),
                            ("months", "For some months"),
                        ],
                        db_default="",
                        default="",
                        max_length=11,
                        verbose_name="levels are valid",
                    ),
                ),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="for months",
                    ),
                ),
                (
                    "points_grace_days",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="How many days after the end of a period what happened in it still counts.",
                        validators=[django.core.validators.MaxValueValidator(366)],
                        verbose_name="grace for points",
                    ),
                ),
                (
                    "level_grace_days",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="How many days an expired level is kept, during which it can be reached again.",
                        validators=[django.core.validators.MaxValueValidator(366)],
                        verbose_name="grace for levels",
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="How many days before a level is lost an event announces it. 0: never.",
                        validators=[django.core.validators.MaxValueValidator(366)],
                        verbose_name="notice of a loss",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        help_text="Whose points count, and in which levels with a multiplier earn more.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tier_structures",
                        to="points.account",
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "tier structure",
                "verbose_name_plural": "tier structures",
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("expiration", "rolling"), ("rolling_months__gte", 1), ("rolling_months__isnull", False)
                            ),
                            models.Q(("expiration", "rolling"), _negated=True),
                            _connector="OR",
                        ),
                        name="structure_rolls_by_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("validity", "months"), ("validity_months__gte", 1), ("validity_months__isnull", False)
                            ),
                            models.Q(("validity", "months"), _negated=True),
                            _connector="OR",
                        ),
                        name="structure_validity_is_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("validity__in", ["", "months"]),
                            ("expiration__in", ["calendar", "anniversary"]),
                            _connector="OR",
                        ),
                        name="structure_validity_has_periods",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("type", "spend_based"), _negated=True),
                            models.Q(("currency", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="structure_spends_in_a_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expiration", "calendar"), _negated=True), ("dates__len__gt", 0), _connector="OR"
                        ),
                        name="structure_has_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "structure_id",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("points", models.DecimalField(decimal_places=4, max_digits=20, verbose_name="points")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="status_days",
                        to="customers.customer",
                    ),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tiers.structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "status points of a day",
            },
        ),
        migrations.CreateModel(
            name="Recalculation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("rise", "Rise now, fall when the level expires"),
                            ("everyone", "Compute everybody now"),
                            ("new", "Leave everybody as they are"),
                        ],
                        default="rise",
                        max_length=8,
                        verbose_name="way",
                    ),
                ),
                ("recounts", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("running", "Running"), ("done", "Done")],
                        default="waiting",
                        max_length=7,
                        verbose_name="status",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("after", models.BigIntegerField(default=0)),
                ("customers", models.PositiveBigIntegerField(default=0, verbose_name="customers")),
                ("risen", models.PositiveBigIntegerField(default=0, verbose_name="risen")),
                ("fallen", models.PositiveBigIntegerField(default=0, verbose_name="fallen")),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recalculations", to="tiers.structure"
                    ),
                ),
            ],
            options={
                "verbose_name": "recalculation of tiers",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        models.F("structure"),
                        condition=models.Q(("status", "done"), _negated=True),
                        name="recalculation_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Level",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9_-]*$", "Use letters, digits, underscores and hyphens."
                            )
                        ],
                        verbose_name="ID",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(null=True, verbose_name="position")),
                ("names", models.JSONField(default=dict, verbose_name="names")),
                (
                    "threshold",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=4,
                        default=0,
                        max_digits=20,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="threshold",
                    ),
                ),
                ("kept", models.BooleanField(db_default=False, default=False, verbose_name="kept for good")),
                (
                    "multiplier",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="Of what purchases earn: 1.5 gives half as much again.",
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
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("values", models.JSONField(blank=True, default=dict, verbose_name="values")),
                (
                    "structure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="levels", to="tiers.structure"
                    ),
                ),
            ],
            options={
                "verbose_name": "level",
                "verbose_name_plural": "levels",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("structure", "slug"), name="level_id_is_unique"),
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("structure", "position"),
                        name="level_position_is_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("threshold__gte", 0)), name="level_threshold_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LatePoints",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "structure_id",
                        "about",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("about", models.BigIntegerField()),
                ("day", models.DateField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tiers.structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "late status points",
            },
        ),
        migrations.CreateModel(
            name="Distribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("customers", models.PositiveBigIntegerField(verbose_name="customers")),
                (
                    "level",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tiers.level"),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="distributions", to="tiers.structure"
                    ),
                ),
            ],
            options={
                "verbose_name": "distribution of tiers",
                "constraints": [
                    models.UniqueConstraint(fields=("structure", "day", "level"), name="distribution_of_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerTier",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id", "structure_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField(null=True, verbose_name="since")),
                ("event_id", models.BigIntegerField(null=True)),
                ("manual", models.BooleanField(db_default=False, default=False, verbose_name="by hand")),
                ("expires_on", models.DateField(null=True, verbose_name="expires")),
                ("computed_on", models.DateField(null=True)),
                ("grace_from", models.DateField(null=True)),
                ("counts_from", models.DateField(null=True)),
                ("announced_on", models.DateField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tiers",
                        to="customers.customer",
                    ),
                ),
                (
                    "level",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="members",
                        to="tiers.level",
                    ),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="members",
                        to="tiers.structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "tier of a customer",
                "indexes": [
                    models.Index(
                        models.F("structure"),
                        models.F("level"),
                        models.F("customer"),
                        condition=models.Q(("level__isnull", False)),
                        name="customer_tier_level",
                    ),
                    models.Index(
                        models.F("structure"),
                        models.F("expires_on"),
                        condition=models.Q(("expires_on__isnull", False)),
                        name="customer_tier_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_on__isnull", True), ("level__isnull", True), ("manual", False)),
                            models.Q(("level__isnull", False), ("since__isnull", False)),
                            _connector="OR",
                        ),
                        name="customer_tier_has_a_level",
                    )
                ],
            },
        ),
    ]
