"""What the database itself keeps of the programme and of access: its version, write-once rows, sessions, keys, roles."""

from typing import Any

from django.db import migrations

# Whatever changes the configuration, by whatever way, advances the version that every engine process compares. A number
# never means two versions, not even one that was rolled back: processes keep what they read by it. What one transaction
# changes is one version, unless the engine has read it in between; a row saved as it was changes nothing.
VERSIONS = """
CREATE SEQUENCE staff_program_version AS integer;
SELECT nextval('staff_program_version');
INSERT INTO staff_programversion (id, version, changed_in) VALUES (1, 1, 0);

CREATE FUNCTION advance_program_version() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""

# Triggers stop everybody, the owner of the tables included; the missing privileges stop the application's role before.
WRITTEN_ONCE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are written once. Record a correcting event instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION keep_write_once(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE role name;
BEGIN
    FOR role IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE to_regclass(format('%I.%I', table_schema, table_name)) = relation AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', relation, role);
    END LOOP;
END $$;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON staff_programrecord
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON staff_programrecord
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT keep_write_once('staff_programrecord');
"""

# Whoever changes the account, by whatever way: a session that was opened before is over, and stays so.
SESSIONS = """
CREATE FUNCTION end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sessions_ended := OLD.sessions_ended + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER end_sessions BEFORE UPDATE ON staff_user FOR EACH ROW
    WHEN ((OLD.password, OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.password, NEW.role, NEW.is_active))
    EXECUTE FUNCTION end_sessions();
"""

# Of a revoked key nothing changes any more but when it was last used, which another process may be about to note. Keys
# are not deleted either: one of the same name could be made anew.
KEYS = """
CREATE FUNCTION keep_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.active THEN
            RETURN NEW;
        END IF;
        OLD.last_used_at := NEW.last_used_at;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of an API key is refused: revoked is final, and events name their keys. Make a new key.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_revoked BEFORE UPDATE OR DELETE ON staff_apikey FOR EACH ROW EXECUTE FUNCTION keep_revoked();
CREATE TRIGGER keep_revoked_truncate BEFORE TRUNCATE ON staff_apikey
    FOR EACH STATEMENT EXECUTE FUNCTION keep_revoked();
CREATE FUNCTION refuse_secret_of_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_active boolean;
BEGIN
    SELECT active INTO is_active FROM staff_apikey WHERE id = NEW.api_key_id FOR SHARE;
    IF NOT is_active THEN
        RAISE EXCEPTION 'A revoked API key gets no secret: make a new key.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_secret_of_revoked BEFORE INSERT OR UPDATE OF api_key_id ON staff_apisecret
    FOR EACH ROW EXECUTE FUNCTION refuse_secret_of_revoked();
"""

ROLES_KEPT = """
ALTER TABLE staff_user ADD CONSTRAINT user_role_is_there FOREIGN KEY (role) REFERENCES staff_staffrole (slug);
CREATE INDEX user_by_role ON staff_user (role);
CREATE FUNCTION keep_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of the role administrator is refused: somebody must be able to do everything.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_administrator BEFORE UPDATE OR DELETE ON staff_staffrole FOR EACH ROW
    WHEN (OLD.slug = 'administrator') EXECUTE FUNCTION keep_administrator();
"""

WATCHED = """
SELECT watch_program(name) FROM unnest(
    ARRAY['staff_generalsettings', 'staff_staffrole', 'staff_usergroup', 'staff_groupedkind']::regclass[]
) AS name;
"""

SEES = [
    "personal.addresses", "personal.attributes", "personal.birthdates", "personal.devices", "personal.email",
    "personal.gender", "personal.languages", "personal.names", "personal.notes", "personal.origins", "personal.phones",
]  # fmt: skip
LOOKS = ["customers.view", "transactions.view", *SEES]
SERVES = [*LOOKS, "customers.create", "customers.edit", "customers.suspend", "notes.write", "events.record"]
MANAGES = [
    *SERVES, "customers.merge", "customers.export", "customers.opt_out", "customers.ban", "customers.lift_bans",
    "erasures.view", "transactions.act", "points.manage", "points.change_expiration", "points.export", "tiers.change",
    "imports.view", "imports.run",
]  # fmt: skip
# Capabilities that come later say for themselves which of these gain their rights (`loyalty.staff.roles.grants`).
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
    roles = apps.get_model("staff", "StaffRole").objects
    for role in ROLES:
        roles.create(**{**role, "rights": sorted(role.get("rights", []))})
    apps.get_model("staff", "GeneralSettings").objects.create(
        id=1, brand_name="Loyalty", currency="EUR", auto_subscribe="checkout", modules=["expiring_points"]
    )


class Migration(migrations.Migration):
    replaces = [
        ("staff", "0002_program_version"),
        ("staff", "0005_program_record"),
        ("staff", "0010_access_that_ends"),
        ("staff", "0020_roles"),
        ("staff", "0023_personal_fields"),
        ("staff", "0025_watch_groups"),
    ]
    dependencies = [("staff", "0001_tables")]

    operations = [
        migrations.RunSQL(VERSIONS),
        migrations.RunSQL(WRITTEN_ONCE),
        migrations.RunSQL(SESSIONS + KEYS),
        migrations.RunPython(create),
        migrations.RunSQL(ROLES_KEPT + WATCHED),
    ]
