import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import loyalty.database.trigrams

FUNCTIONS = """
-- The groups of three letters in a text, in small letters: what an index finds its parts by.
CREATE FUNCTION trigrams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT ARRAY(SELECT DISTINCT substr(lower($1), place, 3) FROM generate_series(1, length(lower($1)) - 2) place)
$$;
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("customers", "0001_initial"),
        ("customers", "0002_list_indexes"),
        ("customers", "0003_wide_totals"),
        ("customers", "0006_people"),
        ("customers", "0008_celebrations"),
        ("customers", "0010_claims"),
        ("customers", "0013_notes_and_duplicates"),
        ("customers", "0014_read_lists"),
        ("customers", "0016_items_by_weight"),
        ("customers", "0019_parts"),
        ("customers", "0021_fewer_indexes"),
        ("customers", "0022_erasures_that_wait"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL("CREATE SEQUENCE customers_note_id"),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(max_length=128, unique=True, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("inactive", "Inactive"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("opted_out", "Opted out"),
                            ("banned", "Banned"),
                            ("merged", "Merged"),
                        ],
                        default="inactive",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("first_name", models.CharField(max_length=200, null=True, verbose_name="first name")),
                ("last_name", models.CharField(max_length=200, null=True, verbose_name="last name")),
                ("nickname", models.CharField(max_length=200, null=True, verbose_name="nickname")),
                ("handler", models.CharField(max_length=200, null=True, verbose_name="handler")),
                ("email", models.CharField(max_length=254, null=True, verbose_name="email address")),
                ("mobile_phone", models.CharField(max_length=64, null=True, verbose_name="mobile phone")),
                ("birth_date", models.DateField(null=True, verbose_name="birthdate")),
                ("gender", models.CharField(max_length=20, null=True, verbose_name="gender")),
                ("language", models.CharField(max_length=20, null=True, verbose_name="language")),
                ("country", models.CharField(max_length=2, null=True, verbose_name="country")),
                ("currency", models.CharField(max_length=3, null=True, verbose_name="currency")),
                ("image_url", models.CharField(max_length=1000, null=True, verbose_name="picture")),
                ("properties", models.JSONField(default=dict, verbose_name="custom attributes")),
                ("src", models.CharField(max_length=100, null=True, verbose_name="source")),
                ("referrer", models.CharField(max_length=128, null=True, verbose_name="referrer")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("updated_at", models.DateTimeField(verbose_name="updated at")),
                ("optin_at", models.DateTimeField(null=True, verbose_name="member since")),
                ("last_login_at", models.DateTimeField(null=True, verbose_name="last login")),
                (
                    "purchase_total",
                    models.DecimalField(decimal_places=4, default=0, max_digits=30, verbose_name="purchase total"),
                ),
                ("purchase_count", models.IntegerField(default=0, verbose_name="purchases")),
                (
                    "purchase_item_count",
                    models.DecimalField(decimal_places=3, default=0, max_digits=30, verbose_name="purchased items"),
                ),
                ("purchase_first_date", models.DateTimeField(null=True, verbose_name="first purchase")),
                ("purchase_last_date", models.DateTimeField(null=True, verbose_name="last purchase")),
                ("last_earn_date", models.DateTimeField(null=True, verbose_name="last earning")),
                ("last_spend_date", models.DateTimeField(null=True, verbose_name="last spending")),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "indexes": [
                    models.Index(
                        django.db.models.functions.comparison.Collate(
                            django.db.models.functions.text.Lower("public_id"), "C"
                        ),
                        name="customer_public_id_prefix",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Collate(
                            django.db.models.functions.text.Lower("first_name"), "C"
                        ),
                        name="customer_first_name_prefix",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Collate(
                            django.db.models.functions.text.Lower("email"), "C"
                        ),
                        models.F("id"),
                        name="customer_by_email",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Collate(
                            django.db.models.functions.text.Lower("last_name"), "C"
                        ),
                        models.F("id"),
                        name="customer_by_last_name",
                    ),
                    models.Index(models.F("last_login_at"), models.F("id"), name="customer_by_login"),
                    models.Index(
                        models.F("status"), models.F("country"), models.F("gender"), name="customer_by_facets"
                    ),
                    models.Index(
                        models.Func(
                            models.F("mobile_phone"), template="regexp_replace(%(expressions)s, '[^0-9]', '', 'g')"
                        ),
                        models.F("id"),
                        name="customer_by_digits",
                    ),
                    models.Index(models.F("updated_at"), models.F("id"), name="customer_by_update"),
                    models.Index(models.F("created_at"), models.F("id"), name="customer_by_creation"),
                    models.Index(models.F("status"), models.F("created_at"), models.F("id"), name="customer_by_status"),
                    models.Index(
                        condition=models.Q(("referrer__isnull", False)),
                        fields=["referrer"],
                        name="customer_by_referrer",
                    ),
                    models.Index(
                        models.Func(
                            models.F("birth_date"),
                            output_field=models.IntegerField(),
                            template="((EXTRACT(MONTH FROM %(expressions)s) * 100 + EXTRACT(DAY FROM %(expressions)s))::int)",
                        ),
                        name="customer_by_birthday",
                    ),
                    models.Index(
                        models.Func(
                            models.F("optin_at"),
                            output_field=models.IntegerField(),
                            template="((EXTRACT(MONTH FROM %(expressions)s AT TIME ZONE 'UTC') * 100 + EXTRACT(DAY FROM %(expressions)s AT TIME ZONE 'UTC'))::int)",
                        ),
                        name="customer_by_anniversary",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("properties", "jsonb_path_ops"),
                        name="customer_by_properties",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["inactive", "active", "suspended", "opted_out", "banned", "merged"])
                        ),
                        name="customer_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("public_id", ""), _negated=True), name="customer_has_a_public_id"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purchase_count__gte", 0), ("purchase_item_count__gte", 0), ("purchase_total__gte", 0)
                        ),
                        name="customer_purchases_are_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="reference")),
                ("requested_at", models.DateTimeField(verbose_name="requested at")),
                ("banned", models.BooleanField(default=False, verbose_name="forced opt-out")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fraud", "Fraud"),
                            ("abuse", "Abuse of the programme"),
                            ("terms", "Violation of the terms"),
                            ("other", "Another reason"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="reason",
                    ),
                ),
                ("completed_at", models.DateTimeField(null=True, verbose_name="completed at")),
                ("sealed", models.BinaryField(null=True)),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="erasure", to="customers.customer"
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
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        models.F("id"), condition=models.Q(("completed_at__isnull", True)), name="erasure_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("banned", True), ("reason__in", ["fraud", "abuse", "terms", "other"])),
                            models.Q(("banned", False), ("reason", "")),
                            _connector="OR",
                        ),
                        name="erasure_ban_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("completed_at__isnull", True), ("sealed__isnull", True), _connector="OR"),
                        name="erasure_keeps_nothing_when_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasureItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=40, verbose_name="place")),
                ("erased", models.BigIntegerField(null=True, verbose_name="erased")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                ("erased_so_far", models.BigIntegerField(db_default=0, default=0)),
                (
                    "waits_for",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                (
                    "erasure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="customers.erasure"
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt of an erasure",
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("erasure", "place"), name="one_receipt_for_a_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", True), ("erased__isnull", True)),
                            models.Q(("done_at__isnull", False), ("erased__gte", 0), ("erased__isnull", False)),
                            _connector="OR",
                        ),
                        name="receipt_is_open_or_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Field",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.CharField(
                        help_text="Names the field in the API, in imports and in exports; it cannot be changed later.",
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
                (
                    "labels",
                    models.JSONField(
                        blank=True, default=dict, help_text='Per language: {"hu": "Cipőméret"}.', verbose_name="labels"
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "type",
                    models.CharField(
                        choices=[
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
                    "format",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("date", "Date"),
                            ("url", "URL"),
                            ("email", "Email address"),
                            ("phone", "Phone number"),
                        ],
                        default="",
                        help_text="Of a string.",
                        max_length=5,
                        verbose_name="format",
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
                (
                    "default",
                    models.JSONField(
                        blank=True,
                        help_text="For new customers who come without a value.",
                        null=True,
                        verbose_name="default value",
                    ),
                ),
                (
                    "searchable",
                    models.BooleanField(
                        default=False, help_text="Can be searched for through the API.", verbose_name="searchable"
                    ),
                ),
                (
                    "external_id",
                    models.BooleanField(
                        default=False,
                        help_text="Its values name one customer each, as the ID does.",
                        verbose_name="external ID",
                    ),
                ),
                (
                    "read_only",
                    models.BooleanField(
                        default=False, help_text="Set by the programme alone.", verbose_name="read-only"
                    ),
                ),
                (
                    "personal",
                    models.BooleanField(
                        default=True,
                        help_text="Erased when the customer opts out. Switch off only for what says nothing about a person.",
                        verbose_name="personal",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "active",
                    models.BooleanField(
                        default=True, help_text="Off: kept, but shown and taken nowhere.", verbose_name="active"
                    ),
                ),
                ("factory", models.BooleanField(default=False, editable=False, verbose_name="built in")),
            ],
            options={
                "verbose_name": "customer field",
                "verbose_name_plural": "customer fields",
                "ordering": ["position", "slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
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
                        name="field_type_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("format", ""),
                            models.Q(("format__in", ["date", "url", "email", "phone"]), ("type", "string")),
                            _connector="OR",
                        ),
                        name="field_format_is_of_a_string",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("external_id", False),
                            models.Q(("personal", True), ("read_only", False), ("type", "string")),
                            _connector="OR",
                        ),
                        name="field_external_id_is_a_personal_string",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type__in", ["select", "multiple_choice"]), ("options", []), _connector="XOR"
                        ),
                        name="field_options_are_of_a_choice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "scheme", "value", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scheme", models.CharField(max_length=64)),
                ("value", models.CharField(max_length=254)),
                ("origin_id", models.BigIntegerField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="identities",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "identity",
                "verbose_name_plural": "identities",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        loyalty.database.trigrams.Trigrams("value"), gin_pending_list_limit=256, name="identity_by_part"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
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
                            models.Value("customers_note_id"), function="nextval", output_field=models.BigIntegerField()
                        )
                    ),
                ),
                ("text", models.TextField(verbose_name="note")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
                ("edited_at", models.DateTimeField(null=True, verbose_name="edited at")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="notes",
                        to="customers.customer",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="note_has_a_text")
                ],
            },
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("sealed", models.BinaryField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="secrets",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "secret",
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("pseudonym", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("erased_at", models.DateTimeField(verbose_name="erased at")),
                ("banned", models.BooleanField(default=False, verbose_name="banned")),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tombstones",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "tombstone",
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="merge",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("into", models.BigIntegerField(verbose_name="merged into")),
                (
                    "kind",
                    models.CharField(
                        choices=[("partial", "Partial: without custom fields"), ("full", "Full: with custom fields")],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
                ("merged_at", models.DateTimeField(verbose_name="merged at")),
                ("api_key_id", models.BigIntegerField(null=True)),
                ("source_event", models.BigIntegerField()),
                ("survivor_event", models.BigIntegerField()),
                ("moved", models.JSONField(default=dict)),
                (
                    "filled",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
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
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="merged", to="customers.customer"
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["partial", "full"])), name="merge_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", models.F("survivor")), _negated=True),
                            models.Q(("source", models.F("into")), _negated=True),
                        ),
                        name="merge_is_of_two_customers",
                    ),
                ],
            },
        ),
    ]
