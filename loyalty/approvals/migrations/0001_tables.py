import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("approvals", "0001_initial"),
    ]

    dependencies = [
        ("staff", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                ("kind", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="kind")),
            ],
            options={
                "verbose_name": "approval rule",
                "ordering": ["kind"],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operation", models.CharField(max_length=60, verbose_name="operation")),
                ("kind", models.CharField(max_length=64, verbose_name="kind")),
                ("customer_id", models.BigIntegerField(null=True, verbose_name="customer")),
                ("arguments", models.JSONField(default=dict)),
                ("foreseen", models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("changes_requested", "Changes requested"),
                            ("withdrawn", "Withdrawn"),
                            ("closed", "Closed"),
                        ],
                        default="waiting",
                        max_length=17,
                        verbose_name="status",
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="requested at")),
                ("token", models.CharField(max_length=64, null=True)),
                ("ip_address", models.GenericIPAddressField(null=True)),
                ("user_agent", models.CharField(blank=True, default="", max_length=400)),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("explanation", models.TextField(blank=True, default="", verbose_name="explanation")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "earlier",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later",
                        to="approvals.changerequest",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
            ],
            options={
                "verbose_name": "change request",
                "verbose_name_plural": "change requests",
                "indexes": [
                    models.Index(models.F("status"), models.F("id"), name="change_status"),
                    models.Index(models.F("requested_by"), models.F("id"), name="change_requested_by"),
                    models.Index(
                        models.F("customer_id"),
                        condition=models.Q(("customer_id__isnull", False)),
                        name="change_customer",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["waiting", "approved", "rejected", "changes_requested", "withdrawn", "closed"],
                            )
                        ),
                        name="change_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("status", "waiting")),
                            models.Q(
                                models.Q(("status", "waiting"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            ("status", "closed"),
                            _connector="OR",
                        ),
                        name="change_is_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["approved", "rejected", "changes_requested"]), _negated=True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="change_is_decided_by_another",
                    ),
                    models.UniqueConstraint(fields=("requested_by", "token"), name="change_asked_for_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("each", "As soon as there is something"),
                            ("digest", "All together, every so many hours"),
                            ("never", "Never"),
                        ],
                        default="each",
                        max_length=6,
                        verbose_name="e-mails",
                    ),
                ),
                ("hours", models.PositiveSmallIntegerField(default=24, verbose_name="hours")),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "choice of notices",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["each", "digest", "never"])), name="notice_mode_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hours__range", (1, 168))), name="notice_hours_are_a_week_at_most"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionNotice",
            fields=[
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="notice",
                        serialize=False,
                        to="approvals.changerequest",
                    ),
                ),
                ("is_read", models.BooleanField(default=False)),
                ("is_mailed", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice of a decision",
                "indexes": [
                    models.Index(condition=models.Q(("is_read", False)), fields=["user"], name="notice_unread"),
                    models.Index(condition=models.Q(("is_mailed", False)), fields=["change"], name="notice_unmailed"),
                ],
            },
        ),
    ]
