import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A number never means two versions, not even one that was rolled back: processes keep what they read by it. What one
# transaction changes is one version, unless the engine has read it in between; a row saved as it was changes nothing.
ADVANCE = """
CREATE SEQUENCE staff_program_version AS integer;
SELECT setval('staff_program_version', version) FROM staff_programversion;
CREATE OR REPLACE FUNCTION advance_program_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' THEN
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE staff_programversion v
        SET version = nextval('staff_program_version'), changed_in = pg_current_xact_id()::text::bigint
        WHERE id = 1 AND (
            changed_in <> pg_current_xact_id()::text::bigint
            OR EXISTS (SELECT FROM staff_programrecord r WHERE r.version = v.version)
        );
    RETURN NULL;
END $$;
CREATE FUNCTION watch_program(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS advance_program_version ON %s', relation);
    EXECUTE format('CREATE TRIGGER advance_program_version AFTER INSERT OR UPDATE OR DELETE ON %s'
        ' FOR EACH ROW EXECUTE FUNCTION advance_program_version()', relation);
END $$;
SELECT watch_program(name) FROM unnest(ARRAY['staff_generalsettings', 'events_eventtype', 'points_account',
    'points_burnrate', 'points_earningrule', 'points_earningrate', 'points_bonus']::regclass[]) AS name;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON staff_programrecord
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON staff_programrecord
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT keep_write_once('staff_programrecord');
"""
BACK = """
DROP TRIGGER write_once ON staff_programrecord;
DROP TRIGGER write_once_truncate ON staff_programrecord;
DROP FUNCTION watch_program(regclass);
CREATE OR REPLACE FUNCTION advance_program_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE staff_programversion SET version = version + 1 WHERE id = 1;
    RETURN NULL;
END $$;
DROP SEQUENCE staff_program_version;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_orders"), ("events", "0007_order_actions"), ("points", "0009_bonuses")]

    operations = [
        migrations.AddField(
            model_name="programversion",
            name="changed_in",
            field=models.BigIntegerField(db_default=0, default=0),
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
        migrations.RunSQL(ADVANCE, BACK),
    ]
