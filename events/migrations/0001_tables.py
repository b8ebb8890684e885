from decimal import Decimal

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import loyalty.database.trigrams

FUNCTIONS = """
-- The quantities of an order's lines less what came back of them, by weight too. A quantity that is left out is 1, as the
-- engine reads it.
CREATE FUNCTION events_items_left(items jsonb) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    line jsonb;
    found numeric := 0;
BEGIN
    IF jsonb_typeof(items) = 'array' THEN
        FOR line IN SELECT jsonb_array_elements(items) LOOP
            found := found + CASE jsonb_typeof(line->'quantity') WHEN 'number' THEN (line->'quantity')::numeric ELSE 1 END
                - CASE jsonb_typeof(line->'refunded_quantity') WHEN 'number' THEN (line->'refunded_quantity')::numeric ELSE 0 END;
        END LOOP;
    END IF;
    RETURN found;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("events", "0001_initial"),
        ("events", "0006_orders"),
        ("events", "0008_fixed_points"),
        ("events", "0009_order_channel"),
        ("events", "0010_people"),
        ("events", "0013_celebrated"),
        ("events", "0015_purchases"),
        ("events", "0018_event_recent"),
        ("events", "0019_attributes"),
        ("events", "0021_booked_limits"),
        ("events", "0022_order_lines"),
        ("events", "0023_orders_by_date"),
        ("events", "0025_parts"),
        ("events", "0027_staff_of_today"),
        ("events", "0028_keys_that_follow"),
    ]

    dependencies = [
        ("customers", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL("CREATE SEQUENCE events_event_id AS bigint"),
        migrations.RunSQL("CREATE SEQUENCE events_transaction_id AS bigint"),
        migrations.CreateModel(
            name="BusinessKey",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "business key",
            },
        ),
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
        migrations.CreateModel(
            name="EventType",
            fields=[
                (
                    "action",
                    models.CharField(
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]*$", "Use lower-case letters, digits and underscores."
                            )
                        ],
                        verbose_name="action",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "labels",
                    models.JSONField(
                        blank=True, default=dict, help_text='Per language: {"hu": "Vásárlás"}.', verbose_name="labels"
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "only_known",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="An event with another attribute is refused. Off: it is kept as it was sent.",
                        verbose_name="these attributes only",
                    ),
                ),
                ("default_points", models.IntegerField(default=0, verbose_name="default points")),
                (
                    "default_account",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="What earns the default points where the event names none. Empty: the brand's default account.",
                        max_length=64,
                        verbose_name="default account",
                    ),
                ),
                ("one_time", models.BooleanField(default=False, verbose_name="one time only")),
                ("exposed", models.BooleanField(default=True, verbose_name="exposed in the Display API")),
                (
                    "behavioural",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="May be sent unsigned, from a page or an app: it says nothing personal and is no purchase.",
                        verbose_name="behavioural",
                    ),
                ),
                (
                    "pending_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How many days its points stay pending. Empty: they can be spent at once.",
                        null=True,
                        verbose_name="days pending",
                    ),
                ),
                ("factory", models.BooleanField(default=False, editable=False, verbose_name="built in")),
            ],
            options={
                "verbose_name": "event type",
                "verbose_name_plural": "event types",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("default_points__gte", 0)), name="default_points_are_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("behavioural", False),
                            ("factory", False),
                            (
                                "action__in",
                                [
                                    "daily_login",
                                    "instagram_contest_enter",
                                    "login",
                                    "review_submit",
                                    "share_intent_success",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="what_is_personal_or_transactional_is_not_behavioural",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
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
                            models.Value("events_event_id"), function="nextval", output_field=models.BigIntegerField()
                        )
                    ),
                ),
                ("action", models.CharField(max_length=64, verbose_name="action")),
                ("points", models.BigIntegerField(default=0, verbose_name="points")),
                ("account_id", models.BigIntegerField(null=True, verbose_name="account")),
                ("data", models.JSONField(default=dict, verbose_name="attributes")),
                ("transaction_id", models.CharField(max_length=128, null=True, verbose_name="transaction ID")),
                ("parent_id", models.BigIntegerField(null=True, verbose_name="caused by")),
                ("via_id", models.BigIntegerField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("api", "Events API"),
                            ("import", "Import"),
                            ("back_office", "Platform"),
                            ("automation", "Automation"),
                            ("timer", "Schedule"),
                        ],
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("source_detail", models.CharField(default="", max_length=200, verbose_name="source detail")),
                ("api_key_id", models.BigIntegerField(null=True, verbose_name="API key")),
                ("ip_address", models.GenericIPAddressField(null=True, verbose_name="IP address")),
                ("user_agent", models.CharField(default="", max_length=400, verbose_name="user agent")),
                ("occurred_at", models.DateTimeField(verbose_name="effect time")),
                ("recorded_at", models.DateTimeField(verbose_name="processing time")),
                ("program_version", models.IntegerField(verbose_name="programme version")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="customers.customer",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="administrator",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(
                        models.F("customer"),
                        models.OrderBy(models.F("occurred_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="event_timeline",
                    ),
                    models.Index(models.F("occurred_at"), models.F("id"), name="event_recent"),
                    models.Index(
                        models.F("customer"),
                        models.F("transaction_id"),
                        condition=models.Q(("transaction_id__isnull", False)),
                        name="event_by_transaction",
                    ),
                    models.Index(
                        models.F("staff"),
                        models.F("recorded_at"),
                        condition=models.Q(("source", "back_office"), ("staff__isnull", False)),
                        name="event_by_hand",
                    ),
                    models.Index(
                        models.F("customer"),
                        models.F("action"),
                        models.F("occurred_at"),
                        condition=models.Q(("action__in", ["birthday", "anniversary"])),
                        name="event_celebrated",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["api", "import", "back_office", "automation", "timer"])),
                        name="event_source_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EventAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(help_text="As it is sent.", max_length=64, verbose_name="ID")),
                ("label", models.CharField(blank=True, default="", max_length=100, verbose_name="label")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("any", "As it is sent"),
                            ("string", "String"),
                            ("numeric", "Numeric"),
                            ("boolean", "Boolean"),
                            ("select", "Select"),
                            ("date", "Date"),
                            ("datetime", "Date and time"),
                            ("url", "URL"),
                            ("multiple_choice", "Multiple choice"),
                            ("list", "List"),
                            ("image", "Image"),
                        ],
                        default="string",
                        max_length=15,
                        verbose_name="type",
                    ),
                ),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        help_text="What a select or a multiple choice offers.",
                        size=None,
                        verbose_name="options",
                    ),
                ),
                ("required", models.BooleanField(default=False, verbose_name="required")),
                (
                    "personal",
                    models.BooleanField(
                        default=False,
                        help_text="Personal: the action must be signed.",
                        verbose_name="personal",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "event_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attributes", to="events.eventtype"
                    ),
                ),
            ],
            options={
                "verbose_name": "attribute",
                "verbose_name_plural": "attributes",
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("event_type", "slug"), name="one_attribute_of_an_id"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
                                    "any",
                                    "string",
                                    "numeric",
                                    "boolean",
                                    "select",
                                    "date",
                                    "datetime",
                                    "url",
                                    "multiple_choice",
                                    "list",
                                    "image",
                                ],
                            )
                        ),
                        name="attribute_type_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type__in", ["multiple_choice", "select"]), ("options", []), _connector="XOR"
                        ),
                        name="attribute_options_are_of_a_choice",
                    ),
                ],
            },
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
                ("fixed_points", models.BigIntegerField(null=True, verbose_name="fixed points")),
                ("channel", models.TextField(null=True, verbose_name="channel")),
                ("taken_back", models.BigIntegerField(default=0, verbose_name="taken back")),
                ("burned", models.BigIntegerField(default=0, verbose_name="burned")),
                ("given_back", models.BigIntegerField(default=0, verbose_name="given back")),
                ("reserved", models.BigIntegerField(default=0, verbose_name="reserved")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("updated_at", models.DateTimeField(verbose_name="updated at")),
                ("checkout_at", models.DateTimeField(null=True, verbose_name="checkout date")),
                ("accept_at", models.DateTimeField(null=True, verbose_name="accepted automatically at")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted at")),
                ("booked", models.JSONField(null=True, verbose_name="used limits of bonuses")),
                (
                    "bought",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                status="accepted",
                                then=django.db.models.expressions.CombinedExpression(
                                    models.F("total"), "-", models.F("refunded")
                                ),
                            ),
                            default=models.Value(Decimal("0")),
                        ),
                        output_field=models.DecimalField(decimal_places=4, max_digits=20),
                    ),
                ),
                (
                    "bought_items",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(status="accepted", then=models.Func("items", function="events_items_left")),
                            default=models.Value(0),
                            output_field=models.DecimalField(decimal_places=3, max_digits=20),
                        ),
                        output_field=models.DecimalField(decimal_places=3, max_digits=20),
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
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
                    models.Index(
                        django.db.models.functions.comparison.Coalesce("checkout_at", "created_at"),
                        models.F("id"),
                        name="transaction_by_date",
                    ),
                    models.Index(
                        models.F("status"),
                        django.db.models.functions.comparison.Coalesce("checkout_at", "created_at"),
                        models.F("id"),
                        condition=models.Q(("status", "accepted"), _negated=True),
                        name="transaction_by_status",
                    ),
                    models.Index(
                        models.F("accept_at"), condition=models.Q(("status", "pending")), name="transaction_due"
                    ),
                    models.Index(
                        models.F("customer"),
                        condition=models.Q(("booked__isnull", False)),
                        name="transaction_uses_limits",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        loyalty.database.trigrams.Trigrams("transaction_id"),
                        gin_pending_list_limit=256,
                        name="transaction_by_part",
                    ),
                    models.Index(
                        models.F("customer"),
                        models.F("checkout_at"),
                        condition=models.Q(("accepted_at__isnull", False)),
                        include=("bought", "bought_items"),
                        name="transaction_bought",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("booked__isnull", True), models.Q(("status", "rejected"), _negated=True), _connector="OR"
                        ),
                        name="rejected_transaction_uses_no_limit",
                    ),
                ],
            },
        ),
    ]
