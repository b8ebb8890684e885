"""What the database itself keeps of changes that wait for another person: that they are decided about once."""

from django.db import migrations

SQL = """
SELECT watch_program('approvals_approvalrule');

-- What was asked for stays as it was asked for: a decision is all that comes, once.
CREATE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('loyalty.erasing', true), '') = 'on' AND NEW.status IN (OLD.status, 'closed')
            AND ROW(NEW.arguments, NEW.foreseen, NEW.reason, NEW.explanation) = ROW('{}'::jsonb, '[]'::jsonb, ''::text, ''::text) THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'waiting' OR ROW(NEW.id, NEW.operation, NEW.kind, NEW.customer_id, NEW.arguments, NEW.foreseen, NEW.reason,
            NEW.requested_by_id, NEW.requested_at, NEW.token, NEW.earlier_id) IS DISTINCT FROM ROW(OLD.id, OLD.operation, OLD.kind, OLD.customer_id,
            OLD.arguments, OLD.foreseen, OLD.reason, OLD.requested_by_id, OLD.requested_at, OLD.token, OLD.earlier_id) THEN
        RAISE EXCEPTION 'A change that was asked for is decided about once, and changes in nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decided_once BEFORE UPDATE ON approvals_changerequest
    FOR EACH ROW EXECUTE FUNCTION refuse_second_decision();
CREATE TRIGGER never_deleted BEFORE DELETE ON approvals_changerequest
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON approvals_changerequest
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION erase_approvals(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    PERFORM set_config('loyalty.erasing', 'on', true);
    RETURN QUERY WITH emptied AS (
        UPDATE approvals_changerequest SET arguments = '{}', foreseen = '[]', reason = '', explanation = '',
            requested_at = date_trunc('day', requested_at, 'UTC'), decided_at = date_trunc('day', decided_at, 'UTC'),
            status = CASE status WHEN 'waiting' THEN 'closed' ELSE status END
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'approvals_changerequest', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', '', true);
END $$;
SELECT let_application_execute('erase_approvals(bigint[])');
"""


class Migration(migrations.Migration):
    replaces = [
        ("approvals", "0002_notices"),
    ]
    dependencies = [("approvals", "0001_tables"), ("customers", "0002_rules")]

    operations = [migrations.RunSQL(SQL)]
