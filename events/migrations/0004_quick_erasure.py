"""Erasing a customer with thousands of orders in less time: keys are hashed set-wise, and names by chance are short."""

from django.db import migrations

ERASURE = """
-- Called before `erase_customers`, which takes the IDs away.
CREATE OR REPLACE FUNCTION erase_events(chosen bigint[]) RETURNS TABLE (place text, erased bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE family bigint[] := erased_family(chosen);
BEGIN
    RETURN QUERY WITH receipts AS MATERIALIZED (
        SELECT DISTINCT transaction_id::text AS id FROM events_event
        WHERE customer_id = ANY(family) AND transaction_id IS NOT NULL AND action IN ('checkout', 'checkout_claim')
    ), used AS MATERIALIZED (
        SELECT kind || ':' || form.id AS key
        FROM (SELECT id FROM receipts UNION SELECT one_form(id) FROM receipts) AS form
        CROSS JOIN unnest(ARRAY['checkout', 'checkout_claim']) AS kind
        UNION SELECT 'referral:' || c.public_id FROM customers_customer c WHERE c.id = ANY(family)
    ), hashed AS (
        -- As `pseudonym` does it, for all of them at once.
        UPDATE events_businesskey b SET recorded_at = date_trunc('day', b.recorded_at, 'UTC'), key = 'erased:' || encode(
            sha256(k.outer_block || sha256(k.inner_block || convert_to('key:' || b.key, 'UTF8'))), 'hex'
        )
        FROM used CROSS JOIN (SELECT * FROM customers_erasurekey LIMIT 1) k WHERE b.key = used.key RETURNING 1
    ) SELECT 'events_businesskey', count(*) FROM hashed;
    RETURN QUERY WITH gone AS (DELETE FROM events_guestorder WHERE claimed_by = ANY(family) RETURNING 1)
        SELECT 'events_guestorder', count(*) FROM gone;
    RETURN QUERY WITH emptied AS (
        -- Sixteen digits by chance: each group of three that an ID has is a row of an index.
        UPDATE events_transaction SET transaction_id = encode(substr(uuid_send(gen_random_uuid()), 9), 'hex'), channel = NULL,
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
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_event_types"), ("customers", "0003_quick_trigrams")]

    operations = [migrations.RunSQL(ERASURE)]
