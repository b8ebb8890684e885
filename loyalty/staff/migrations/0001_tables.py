import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import loyalty.api.keys.models
import loyalty.api.keys.validators
import loyalty.program.models
import loyalty.staff.models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("staff", "0001_initial"),
        ("staff", "0003_user_flags"),
        ("staff", "0004_orders"),
        ("staff", "0006_unique_emails"),
        ("staff", "0007_show_inactive"),
        ("staff", "0008_api_keys"),
        ("staff", "0009_import_retention"),
        ("staff", "0011_guesses"),
        ("staff", "0013_unknown_currencies"),
        ("staff", "0014_refused_names"),
        ("staff", "0015_refuse_identical"),
        ("staff", "0017_tiers_module"),
        ("staff", "0018_entities_scope"),
        ("staff", "0019_modules_of_rooms"),
        ("staff", "0021_invitations"),
        ("staff", "0024_user_groups"),
        ("staff", "0026_audit_of_keys"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupedKind",
            fields=[
                ("kind", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="kind")),
            ],
            options={
                "verbose_name": "kind of record by user group",
                "ordering": ["kind"],
            },
        ),
        migrations.CreateModel(
            name="GuessCount",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("tries", models.IntegerField()),
                ("tried_at", models.DateTimeField()),
                ("wait_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                ("slug", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                ("points_per_action", models.PositiveBigIntegerField(null=True, verbose_name="points per action")),
                ("points_per_day", models.PositiveBigIntegerField(null=True, verbose_name="points per day")),
                (
                    "points_per_customer_and_day",
                    models.PositiveBigIntegerField(null=True, verbose_name="points per customer and day"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("role", models.CharField(default="read_only", max_length=64, verbose_name="role")),
                ("shortcuts", models.BooleanField(default=True, verbose_name="single-key shortcuts")),
                ("sessions_ended", models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_staff", True), ("is_superuser", True), ("role", "administrator")),
                            models.Q(
                                models.Q(("role", "administrator"), _negated=True),
                                ("is_staff", False),
                                ("is_superuser", False),
                            ),
                            _connector="OR",
                        ),
                        name="user_flags_follow_the_role",
                    )
                ],
            },
            managers=[
                ("objects", loyalty.staff.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=loyalty.api.keys.models.new_key, max_length=64, unique=True, verbose_name="key"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("server", "Server: every request is signed"),
                            ("development", "Development: requests may come unsigned"),
                            ("client_side", "Client-side: unsigned, from web pages, behavioural events only"),
                        ],
                        default="server",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "apis",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("events", "Events"),
                                ("customers", "Customers"),
                                ("display", "Display"),
                                ("read", "Read"),
                                ("entities", "Entities"),
                            ],
                            max_length=20,
                        ),
                        default=loyalty.api.keys.models.all_apis,
                        size=None,
                        verbose_name="APIs",
                    ),
                ),
                (
                    "actions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=64,
                            validators=[
                                django.core.validators.RegexValidator(
                                    "^[A-Za-z0-9_.-]{1,64}\\Z",
                                    "“%(value)s”: write it with letters, digits, '_', '.' and '-', at most 64.",
                                )
                            ],
                        ),
                        blank=True,
                        default=list,
                        help_text="The actions it may record, one per line. Empty: all; a client-side key needs its own.",
                        size=None,
                        verbose_name="actions",
                    ),
                ),
                (
                    "external_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=64,
                            validators=[
                                django.core.validators.RegexValidator(
                                    "^[A-Za-z0-9_.-]{1,64}\\Z",
                                    "“%(value)s”: write it with letters, digits, '_', '.' and '-', at most 64.",
                                )
                            ],
                        ),
                        blank=True,
                        default=list,
                        help_text="By which fields it may name customers, one per line; the customer ID is id. Empty: all; for a client-side key the customer ID.",
                        size=None,
                        verbose_name="external IDs",
                    ),
                ),
                (
                    "may_fix_points",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Its orders may name the points that they earn (points_rewarded).",
                        verbose_name="may fix points",
                    ),
                ),
                (
                    "refuse_identical",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Signed requests without an Idempotency-Key: the same bytes are refused even within two seconds of their date.",
                        verbose_name="refuse identical requests",
                    ),
                ),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=43, validators=[loyalty.api.keys.validators.check_network]
                        ),
                        blank=True,
                        default=list,
                        help_text="From where it may be used: addresses or networks such as 203.0.113.0/24, one per line. Empty: any.",
                        size=None,
                        verbose_name="networks",
                    ),
                ),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=255, validators=[loyalty.api.keys.validators.check_origin]
                        ),
                        blank=True,
                        default=list,
                        help_text="Of a client-side key: the web sites that may use it, such as https://shop.example.com, one per line.",
                        size=None,
                        verbose_name="origins",
                    ),
                ),
                (
                    "requests_per_minute",
                    models.PositiveIntegerField(
                        blank=True,
                        default=20000,
                        help_text="Empty: no limit.",
                        null=True,
                        verbose_name="requests per minute",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("last_used_at", models.DateTimeField(editable=False, null=True, verbose_name="last used")),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["server", "development", "client_side"])),
                        name="api_key_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("requests_per_minute", 0), _negated=True), name="api_key_limit_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "client_side"), _negated=True),
                            models.Q(
                                models.Q(("actions", []), _negated=True),
                                models.Q(("origins", []), _negated=True),
                                ("apis", ["events"]),
                                ("may_fix_points", False),
                            ),
                            _connector="OR",
                        ),
                        name="client_side_key_is_narrow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last used")),
                (
                    "api_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="staff.apikey"
                    ),
                ),
            ],
            options={
                "verbose_name": "secret",
                "verbose_name_plural": "secrets",
                "constraints": [
                    models.UniqueConstraint(fields=("api_key", "place"), name="one_secret_for_a_place"),
                    models.CheckConstraint(condition=models.Q(("place__in", (1, 2))), name="two_secrets_at_most"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("key_id", models.BigIntegerField(help_text="An integrator's.", null=True, verbose_name="API key")),
                ("operation", models.CharField(max_length=60, verbose_name="operation")),
                (
                    "customer_id",
                    models.BigIntegerField(help_text="The internal ID.", null=True, verbose_name="customer"),
                ),
                ("subject", models.CharField(default="", max_length=100, verbose_name="subject")),
                ("reason", models.TextField(default="", verbose_name="reason")),
                ("ip_address", models.GenericIPAddressField(null=True, verbose_name="IP address")),
                ("user_agent", models.CharField(default="", max_length=400, verbose_name="user agent")),
                (
                    "before",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="before"
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="after"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Nobody: whoever operates the server, or an integrator.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
                "indexes": [
                    models.Index(fields=["at", "id"], name="audit_at"),
                    models.Index(fields=["staff", "at", "id"], name="audit_staff"),
                    models.Index(condition=models.Q(("staff__isnull", True)), fields=["at", "id"], name="audit_nobody"),
                    models.Index(fields=["operation", "at", "id"], name="audit_operation"),
                    models.Index(
                        condition=models.Q(("customer_id__isnull", False)),
                        fields=["customer_id", "at", "id"],
                        name="audit_customer",
                    ),
                    models.Index(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=["subject", "at", "id"],
                        name="audit_subject",
                    ),
                    models.Index(
                        models.Func(
                            models.F("subject"),
                            models.Value(":"),
                            models.Value(1),
                            function="split_part",
                            output_field=models.CharField(),
                        ),
                        models.F("at"),
                        models.F("id"),
                        condition=models.Q(("subject", ""), _negated=True),
                        name="audit_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GeneralSettings",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("brand_name", models.CharField(default="Loyalty", max_length=100, verbose_name="brand name")),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        help_text="Of purchases that name none.",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator("^[A-Z]{3}$", "Enter an ISO 4217 code such as EUR.")
                        ],
                        verbose_name="currency",
                    ),
                ),
                (
                    "auto_subscribe",
                    models.CharField(
                        choices=[
                            ("off", "Refuse the event"),
                            ("checkout", "A checkout creates an inactive customer"),
                            ("any", "Any event creates an inactive customer"),
                        ],
                        default="checkout",
                        max_length=10,
                        verbose_name="unknown customers",
                    ),
                ),
                (
                    "modules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=loyalty.program.models.all_modules,
                        size=None,
                        verbose_name="modules",
                    ),
                ),
                (
                    "accept_after_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="With Checkout accept: after how many days an order is accepted automatically. Empty: by hand only.",
                        null=True,
                        verbose_name="accept orders after days",
                    ),
                ),
                (
                    "earn_in_unknown_currencies",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Purchases in other currencies than the one above earn by the account's general percentage, even where it has none for that currency. Off: they earn nothing, and the event says so.",
                        verbose_name="earn in unknown currencies",
                    ),
                ),
                (
                    "show_inactive",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Whether GET /customers finds customers who have not opted in. By their ID they are always found.",
                        verbose_name="inactive customers in the API's list",
                    ),
                ),
                (
                    "unique_emails",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="No two customers may have the same address, in capitals or not.",
                        verbose_name="unique email addresses",
                    ),
                ),
                (
                    "import_file_days",
                    models.PositiveSmallIntegerField(
                        db_default=30,
                        default=30,
                        help_text="How many days after the upload the file and the contents of its refused rows are deleted.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="keep import files for days",
                    ),
                ),
                (
                    "import_record_days",
                    models.PositiveSmallIntegerField(
                        db_default=400,
                        default=400,
                        help_text="How many days after the upload the record of who imported what is deleted.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="keep import records for days",
                    ),
                ),
                (
                    "refused_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=128),
                        blank=True,
                        default=loyalty.program.models.names_of_nobody,
                        help_text="What programs send where they know nobody, one per line, in capitals or not. No new customer gets such an ID; who has one already keeps it.",
                        size=None,
                        verbose_name="refused names",
                    ),
                ),
            ],
            options={
                "verbose_name": "general settings",
                "verbose_name_plural": "general settings",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="general_settings_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgramRecord",
            fields=[
                ("version", models.IntegerField(primary_key=True, serialize=False, verbose_name="version")),
                ("document", models.JSONField(verbose_name="programme")),
                ("facts", models.JSONField(verbose_name="facts")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("file", "Program file"),
                            ("admin", "Configuration pages"),
                            ("found", "Found by the engine"),
                        ],
                        max_length=10,
                        verbose_name="came by",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="administrator",
                    ),
                ),
            ],
            options={
                "verbose_name": "programme version",
                "verbose_name_plural": "programme",
                "ordering": ["-version"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["file", "admin", "found"])), name="program_origin_is_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgramVersion",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("version", models.IntegerField(default=1)),
                ("changed_in", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "verbose_name": "programme version",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="program_version_is_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "accepted_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.staffrole"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UserGroup",
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
                ("external_id", models.CharField(max_length=100, null=True, unique=True, verbose_name="external ID")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active"), ("inactive", "Inactive")],
                        db_default="draft",
                        default="draft",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inner",
                        to="staff.usergroup",
                        verbose_name="inside",
                    ),
                ),
            ],
            options={
                "verbose_name": "user group",
                "verbose_name_plural": "user groups",
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "active", "inactive"])),
                        name="user_group_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="user_group_is_not_inside_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("external_id", ""), _negated=True), name="user_group_external_id_is_said"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UserGroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="staff.usergroup",
                        verbose_name="user group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "person in a user group",
                "constraints": [models.UniqueConstraint(fields=("user", "group"), name="user_in_a_group_once")],
            },
        ),
    ]
