"""What the database itself keeps of events: that they are written once, whose they are, and what an erasure leaves of them."""

from django.db import migrations

# Triggers stop everybody, the owner of the tables included; the missing privileges stop the application's role before.
WRITTEN_ONCE = """
SELECT watch_program('events_eventtype');
SELECT watch_program('events_eventattribute');

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

-- Whom the event says to have brought the customer, in the one form.
CREATE FUNCTION referrer_said(action text, data jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT public.one_form(CASE
        WHEN data ? 'referrer' THEN data ->> 'referrer'
        WHEN action = 'profiling_answer'
            AND coalesce(nullif(btrim(data ->> 'attribute'), ''), btrim(data ->> 'question')) = 'referrer'
        THEN data ->> 'answer'
    END)
$$;
CREATE INDEX event_by_referrer ON events_event (referrer_said(action, data))
    WHERE data ? 'referrer' OR action = 'profiling_answer';

CREATE FUNCTION without_referrer(event events_event) RETURNS events_event
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    event.data := event.data - CASE WHEN event.data ? 'referrer' THEN 'referrer' ELSE 'answer' END;
    RETURN event;
END $$;

CREATE FUNCTION names_the_erased(name text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT name = ANY(names_of(erased_family(ARRAY(
        SELECT customer_id FROM customers_identity WHERE value IN (name, substr(name, strpos(name, ':') + 1))
    ))))
$$;

-- Whoever sets the variable by hand can do no more than the erasure of somebody who has left.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('loyalty.erasing', true) = 'on' THEN
        IF NEW IS NOT DISTINCT FROM erased_form(OLD) AND is_erased(OLD.customer_id) THEN
            RETURN NEW;
        END IF;
        IF TG_TABLE_NAME = 'events_event' THEN
            IF NEW IS NOT DISTINCT FROM without_referrer(OLD)
                AND names_the_erased(referrer_said(OLD.action, OLD.data))
            THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% on % is refused: its rows are written once. Record a correcting event instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER write_once BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER write_once_truncate BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT keep_write_once('events_event');
"""

# An order of a profile that was merged away is a row of the survivor, and its checkout stays in the stream where it is.
# Events are never deleted or moved, so nothing needs to look from their side.
OF_THE_CUSTOMER = """
CREATE FUNCTION require_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.event_id IS NULL
        OR EXISTS (SELECT 1 FROM events_event WHERE customer_id = NEW.customer_id AND id = NEW.event_id)
        OR EXISTS (
            SELECT 1 FROM customers_merge m JOIN events_event e ON e.customer_id = m.source_id AND e.id = NEW.event_id
            WHERE m.survivor_id = NEW.customer_id
        )
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '%: event % is none of customer %, nor of a profile merged into it.',
        TG_NAME, NEW.event_id, NEW.customer_id USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE CONSTRAINT TRIGGER transaction_event_fk AFTER INSERT OR UPDATE OF customer_id, event_id ON events_transaction
    FOR EACH ROW EXECUTE FUNCTION require_event();
"""

ERASURE = """
-- Of these business keys, those that an erased person's order has used. As with `buried`: VOLATILE, both forms, one key.
CREATE FUNCTION erased_keys(keys text[]) RETURNS text[]
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(
        SELECT asked.key FROM unnest(keys) AS asked (key) CROSS JOIN (SELECT * FROM customers_erasurekey LIMIT 1) k
        CROSS JOIN LATERAL (SELECT asked.key UNION SELECT normalize(asked.key, NFD)) AS form (key)
        JOIN events_businesskey used ON used.key = 'erased:' || encode(
            sha256(k.outer_block || sha256(k.inner_block || convert_to('key:' || form.key, 'UTF8'))), 'hex'
        )
    )
$$;
SELECT let_application_execute('erased_keys(text[])');

-- Called before `erase_customers`, which takes the IDs away.
CREATE FUNCTION erase_events(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH used AS MATERIALIZED (
        SELECT DISTINCT kind || ':' || unnest(ARRAY[e.transaction_id, one_form(e.transaction_id)]) AS key
        FROM events_event e CROSS JOIN unnest(ARRAY['checkout', 'checkout_claim']) AS kind
        WHERE e.customer_id = ANY(family) AND e.transaction_id IS NOT NULL AND e.action IN ('checkout', 'checkout_claim')
        UNION SELECT 'referral:' || c.public_id FROM customers_customer c WHERE c.id = ANY(family)
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
    UPDATE events_event e SET data = (without_referrer(e)).data
        WHERE (e.data ? 'referrer' OR e.action = 'profiling_answer') AND e.customer_id <> ALL(family)
            AND referrer_said(e.action, e.data) = ANY(names_of(family));
    RETURN QUERY WITH emptied AS (
        UPDATE events_event SET data = '{}', transaction_id = NULL, ip_address = NULL, user_agent = '',
            occurred_at = date_trunc('day', occurred_at, 'UTC'), recorded_at = date_trunc('day', recorded_at, 'UTC')
        WHERE customer_id = ANY(family) RETURNING 1
    ) SELECT 'events_event', count(*) FROM emptied;
    PERFORM set_config('loyalty.erasing', '', true);
END $$;
SELECT let_application_execute('erase_events(bigint[])');
"""

# Keys and receipts are looked up as a whole, never by prefix: Django's second index for LIKE costs every checkout.
KEEPING = """
DROP INDEX IF EXISTS events_businesskey_key_99bc0f40_like;
DROP INDEX IF EXISTS events_guestorder_transaction_id_71814fa9_like;
"""


class Migration(migrations.Migration):
    replaces = [
        ("events", "0002_write_once"),
        ("events", "0004_lean_keys"),
        ("events", "0012_events_of_the_merged"),
        ("events", "0014_erasure"),
        ("events", "0017_referrals"),
        ("events", "0020_named_by_others"),
        ("events", "0024_one_form"),
        ("events", "0026_one_erasure_key"),
    ]
    dependencies = [("events", "0001_tables"), ("customers", "0002_rules"), ("staff", "0002_rules")]

    operations = [
        migrations.RunSQL(WRITTEN_ONCE + OF_THE_CUSTOMER),
        migrations.RunSQL(ERASURE),
        migrations.RunSQL(KEEPING),
    ]
