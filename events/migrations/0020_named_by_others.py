from django.db import migrations

SQL = """
-- Whom the event says to have brought the customer.
CREATE FUNCTION referrer_said(action text, data jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT btrim(CASE
        WHEN data ? 'referrer' THEN data ->> 'referrer'
        WHEN action = 'profiling_answer'
            AND coalesce(nullif(btrim(data ->> 'attribute'), ''), btrim(data ->> 'question')) = 'referrer'
        THEN data ->> 'answer'
    END, E' \\t\\n\\r\\u00a0')
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

CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql
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
"""
# The former trigger's function is that of 0014.
BACK = """
CREATE OR REPLACE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('loyalty.erasing', true) = 'on' THEN
        IF NEW IS NOT DISTINCT FROM erased_form(OLD) AND is_erased(OLD.customer_id) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% on % is refused: its rows are written once. Record a correcting event instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
DROP FUNCTION names_the_erased(text);
DROP FUNCTION without_referrer(events_event);
DROP INDEX event_by_referrer;
DROP FUNCTION referrer_said(text, jsonb);
"""
OLD = """    PERFORM set_config('loyalty.erasing', 'on', true);
"""
# The person's own events are emptied next.
NEW = (
    OLD
    + """    UPDATE events_event e SET data = (without_referrer(e)).data
        WHERE (e.data ? 'referrer' OR e.action = 'profiling_answer') AND e.customer_id <> ALL(family)
            AND referrer_said(e.action, e.data) = ANY(names_of(family));
"""
)


def _function(old: str, new: str) -> str:
    """The erasure with a part of it replaced: read from the database, so that no other part of it is repeated here."""
    return f"""
DO $do$
DECLARE source text := pg_get_functiondef('erase_events(bigint[])'::regprocedure);
BEGIN
    IF strpos(source, $part${old}$part$) = 0 THEN
        RAISE EXCEPTION 'erase_events is not as this migration knows it';
    END IF;
    EXECUTE replace(source, $part${old}$part$, $part${new}$part$);
END $do$
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0019_attributes"), ("customers", "0015_named_by_others")]

    operations = [migrations.RunSQL(SQL, BACK), migrations.RunSQL(_function(OLD, NEW), _function(NEW, OLD))]
