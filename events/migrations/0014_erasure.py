from django.db import migrations

SQL = """
-- What is left of an event; by it alone the trigger knows an erasure from a change.
CREATE FUNCTION erased_form(event events_event) RETURNS events_event
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    event.data := '{}';
    event.transaction_id := NULL;
    event.ip_address := NULL;
    event.user_agent := '';
    event.occurred_at := date_trunc('day', event.occurred_at, 'UTC');
    event.recorded_at := date_trunc('day', event.recorded_at, 'UTC');
    RETURN event;
END $$;

-- Whoever sets the variable by hand can do no more than the erasure of somebody who has left.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('loyalty.erasing', true) = 'on' THEN
        IF NEW IS NOT DISTINCT FROM erased_form(OLD) AND is_erased(OLD.customer_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% on % is refused: its rows are written once. Record a correcting event instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER write_once ON events_event;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();

-- Of these business keys, those that an erased person's order has used. VOLATILE: it is asked after the wait for them.
CREATE FUNCTION erased_keys(keys text[]) RETURNS text[]
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT asked.key FROM unnest(keys) AS asked (key) CROSS JOIN customers_erasurekey k
        JOIN events_businesskey used ON used.key = 'erased:' || encode(
            sha256(k.outer_block || sha256(k.inner_block || convert_to('key:' || asked.key, 'UTF8'))), 'hex'
        )
    )
$$;
SELECT let_application_execute('erased_keys(text[])');

CREATE FUNCTION erase_events(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH used AS MATERIALIZED (
        SELECT DISTINCT kind || ':' || e.transaction_id AS key
        FROM events_event e CROSS JOIN unnest(ARRAY['checkout', 'checkout_claim']) AS kind
        WHERE e.customer_id = ANY(family) AND e.transaction_id IS NOT NULL AND e.action IN ('checkout', 'checkout_claim')
    ), hashed AS (
        UPDATE events_businesskey b
        SET key = 'erased:' || pseudonym('key', b.key), recorded_at = date_trunc('day', b.recorded_at, 'UTC')
        FROM used WHERE b.key = used.key RETURNING 1
    ) SELECT 'events_businesskey', count(*) FROM hashed;
    RETURN QUERY WITH gone AS (DELETE FROM events_guestorder WHERE claimed_by = ANY(family) RETURNING 1)
        SELECT 'events_guestorder', count(*) FROM gone;
    RETURN QUERY WITH emptied AS (
        UPDATE events_transaction SET transaction_id = gen_random_uuid()::text, channel = NULL,
            -- How many pieces there were stays: the totals count them.
            items = coalesce((
                SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                    'quantity', line -> 'quantity', 'refunded_quantity', line -> 'refunded_quantity'
                ))) FROM jsonb_array_elements(items) AS line
            ), '[]'), accept_at = NULL, created_at = date_trunc('day', created_at, 'UTC'),
            updated_at = date_trunc('day', updated_at, 'UTC'), checkout_at = date_trunc('day', checkout_at, 'UTC'),
            accepted_at = date_trunc('day', accepted_at, 'UTC')
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'events_transaction', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', 'on', true);
    RETURN QUERY WITH emptied AS (
        UPDATE events_event SET data = '{}', transaction_id = NULL, ip_address = NULL, user_agent = '',
            occurred_at = date_trunc('day', occurred_at, 'UTC'), recorded_at = date_trunc('day', recorded_at, 'UTC')
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'events_event', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', '', true);
END $$;
SELECT let_application_execute('erase_events(bigint[])');
"""
BACK = """
DROP FUNCTION erase_events(bigint[]);
DROP FUNCTION erased_keys(text[]);
DROP TRIGGER write_once ON events_event;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON events_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_change_but_erasure();
DROP FUNCTION erased_form(events_event);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0013_celebrated"), ("customers", "0012_erasure")]

    operations = [migrations.RunSQL(SQL, BACK)]
