import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("transfer", "0001_initial"),
        ("transfer", "0002_erased_files"),
        ("transfer", "0003_row_keys"),
        ("transfer", "0004_predicates"),
        ("transfer", "0005_kinds_of_rooms"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "ordinal", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.UUIDField()),
                ("ordinal", models.IntegerField()),
                ("job_id", models.BigIntegerField(verbose_name="import")),
            ],
            options={
                "verbose_name": "imported row",
                "verbose_name_plural": "imported rows",
            },
        ),
        migrations.CreateModel(
            name="RowCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "job_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("job_id", models.BigIntegerField(verbose_name="import")),
                ("key", models.UUIDField()),
                ("rows", models.IntegerField(verbose_name="rows")),
            ],
            options={
                "verbose_name": "count of equal rows",
                "verbose_name_plural": "counts of equal rows",
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=20, verbose_name="rows are")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("stored_name", models.CharField(max_length=64)),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size", models.BigIntegerField(verbose_name="size")),
                ("source", models.CharField(db_default="", default="", max_length=64, verbose_name="source")),
                (
                    "decimal_mark",
                    models.CharField(db_default="", default="", max_length=1, verbose_name="decimal mark"),
                ),
                (
                    "unknown_columns",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Ask"),
                            ("keep", "Import them as new attributes"),
                            ("leave_out", "Leave them out"),
                        ],
                        db_default="",
                        default="",
                        max_length=10,
                        verbose_name="unknown columns",
                    ),
                ),
                (
                    "unknown_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="unknown columns",
                    ),
                ),
                ("count_again", models.BooleanField(db_default=False, default=False, verbose_name="count again")),
                ("has_row_keys", models.BooleanField(db_default=False, default=True)),
                ("file_erased", models.BooleanField(db_default=False, default=False, verbose_name="file erased")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Waiting for you"),
                            ("processing", "Running"),
                            ("finished", "Finished"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="uploaded",
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                ("error", models.TextField(default="", verbose_name="error")),
                ("rows_total", models.BigIntegerField(null=True, verbose_name="rows")),
                ("rows_done", models.BigIntegerField(default=0, verbose_name="rows done")),
                ("recorded", models.BigIntegerField(default=0, verbose_name="recorded")),
                ("unchanged", models.BigIntegerField(default=0, verbose_name="unchanged")),
                ("refused", models.BigIntegerField(default=0, verbose_name="refused")),
                ("already_there", models.BigIntegerField(db_default=0, default=0, verbose_name="already there")),
                ("next_offset", models.BigIntegerField(default=0)),
                ("lines_done", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("fence", models.IntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(verbose_name="uploaded at")),
                ("started_at", models.DateTimeField(null=True, verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                (
                    "again_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="again",
                        to="transfer.importjob",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="started by",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["uploaded", "processing", "finished", "failed", "cancelled"])
                        ),
                        name="import_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows_done",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("recorded"), "+", models.F("unchanged")
                                    ),
                                    "+",
                                    models.F("refused"),
                                ),
                            )
                        ),
                        name="import_counts_add_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.BigIntegerField(verbose_name="line")),
                ("column", models.CharField(default="", max_length=200, verbose_name="column")),
                ("code", models.IntegerField(default=0, verbose_name="code")),
                ("reason", models.TextField(verbose_name="reason")),
                ("predicate", models.TextField(db_default="", default="")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refused_rows",
                        to="transfer.importjob",
                    ),
                ),
            ],
            options={
                "verbose_name": "refused row",
                "verbose_name_plural": "refused rows",
                "constraints": [
                    models.UniqueConstraint(models.F("job"), models.F("line"), name="one_refusal_for_a_line")
                ],
            },
        ),
        migrations.CreateModel(
            name="RowNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.BigIntegerField(verbose_name="line")),
                (
                    "kind",
                    models.CharField(
                        choices=[("there", "Already there"), ("merged", "Merged profile")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("recorded_at", models.DateTimeField(null=True, verbose_name="recorded")),
                ("text", models.TextField(default="", verbose_name="notice")),
                (
                    "earlier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="transfer.importjob",
                        verbose_name="import",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="transfer.importjob"
                    ),
                ),
            ],
            options={
                "verbose_name": "notice of a row",
                "verbose_name_plural": "notices of rows",
                "constraints": [
                    models.UniqueConstraint(models.F("job"), models.F("line"), name="one_notice_for_a_line")
                ],
            },
        ),
    ]
