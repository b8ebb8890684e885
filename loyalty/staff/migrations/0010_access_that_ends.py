from django.db import migrations, models

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
NO_SESSIONS = "DROP TRIGGER end_sessions ON staff_user; DROP FUNCTION end_sessions();"

# Of a revoked key nothing changes any more but when it was last used, which another process may be about to note. Keys
# are not deleted either: one of the same name could be made anew.
REVOKED = """
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
NOT_REVOKED = """
DROP TRIGGER refuse_secret_of_revoked ON staff_apisecret;
DROP FUNCTION refuse_secret_of_revoked();
DROP TRIGGER keep_revoked_truncate ON staff_apikey;
DROP TRIGGER keep_revoked ON staff_apikey;
DROP FUNCTION keep_revoked();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0009_import_retention")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sessions_ended",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(SESSIONS, NO_SESSIONS),
        migrations.RunSQL(REVOKED, NOT_REVOKED),
    ]
