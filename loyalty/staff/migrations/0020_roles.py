from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models

LOOKS = ["customers.view", "transactions.view"]
SERVES = [*LOOKS, "customers.create", "customers.edit", "customers.suspend", "notes.write", "events.record"]
# What a manager could do before there were single rights.
MANAGES = [
    *SERVES, "customers.merge", "customers.export", "customers.opt_out", "customers.ban", "customers.lift_bans",
    "erasures.view", "transactions.act", "points.manage", "points.change_expiration", "points.export", "tiers.change",
    "imports.view", "imports.run",
]  # fmt: skip
ROLES: list[dict[str, Any]] = [
    {"slug": "administrator", "name": "Administrator"},
    {"slug": "manager", "name": "Manager", "rights": MANAGES},
    {
        "slug": "service_agent", "name": "Service agent", "rights": [*SERVES, "transactions.act", "points.manage"],
        "points_per_action": 500, "points_per_day": 5_000, "points_per_customer_and_day": 1_000,
    },
    {"slug": "analyst", "name": "Analyst", "rights": [*LOOKS, "points.export", "imports.view"]},
    {
        "slug": "integrator", "name": "Integrator",
        "rights": [*LOOKS, "imports.view", "imports.run", "events.configure", "api_keys.manage"],
    },
    {"slug": "read_only", "name": "Read-only", "rights": LOOKS},
]  # fmt: skip


def create(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("staff", "StaffRole").objects
    for role in ROLES:
        rows.create(**{**role, "rights": sorted(role.get("rights", []))})


SQL = """
ALTER TABLE staff_user ADD CONSTRAINT user_role_is_there FOREIGN KEY (role) REFERENCES staff_staffrole (slug);
CREATE INDEX user_by_role ON staff_user (role);
SELECT watch_program('staff_staffrole');
CREATE FUNCTION keep_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of the role administrator is refused: somebody must be able to do everything.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_administrator BEFORE UPDATE OR DELETE ON staff_staffrole FOR EACH ROW
    WHEN (OLD.slug = 'administrator') EXECUTE FUNCTION keep_administrator();
"""
BACK = """
DROP TRIGGER keep_administrator ON staff_staffrole;
DROP FUNCTION keep_administrator();
DROP INDEX user_by_role;
ALTER TABLE staff_user DROP CONSTRAINT user_role_is_there;
UPDATE staff_user SET role = 'read_only' WHERE role NOT IN ('administrator', 'manager');
"""


# PostgreSQL changes the type of no column that a trigger names.
TRIGGER = """
CREATE TRIGGER end_sessions BEFORE UPDATE ON staff_user FOR EACH ROW
    WHEN ((OLD.password, OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.password, NEW.role, NEW.is_active))
    EXECUTE FUNCTION end_sessions();
"""
NO_TRIGGER = "DROP TRIGGER end_sessions ON staff_user;"


class Migration(migrations.Migration):
    dependencies = [("staff", "0019_modules_of_rooms")]

    operations = [
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
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="user", name="user_role_is_known"),
        migrations.RunSQL(NO_TRIGGER, TRIGGER),
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(default="read_only", max_length=64, verbose_name="role"),
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
        migrations.RunSQL(SQL, BACK),
    ]
