import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('loyalty.erasing', true), '') = 'on' AND NEW.status IN (OLD.status, 'closed')
            AND ROW(NEW.arguments, NEW.foreseen, NEW.reason, NEW.explanation) = ROW('{}'::jsonb, '[]'::jsonb, ''::text, ''::text) THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'waiting' OR ROW(NEW.id, NEW.operation, NEW.kind, NEW.customer_id, NEW.arguments, NEW.foreseen, NEW.reason,
            NEW.requested_by_id, NEW.requested_at, NEW.token%s) IS DISTINCT FROM ROW(OLD.id, OLD.operation, OLD.kind, OLD.customer_id,
            OLD.arguments, OLD.foreseen, OLD.reason, OLD.requested_by_id, OLD.requested_at, OLD.token%s) THEN
        RAISE EXCEPTION 'A change that was asked for is decided about once, and changes in nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
WITH_EARLIER, BEFORE = _FUNCTION % (", NEW.earlier_id", ", OLD.earlier_id"), _FUNCTION % ("", "")


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_initial"),
        ("staff", "0023_personal_fields"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="earlier",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="later",
                to="approvals.changerequest",
            ),
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
        migrations.RunSQL(WITH_EARLIER, BEFORE),
    ]
