"""Orders, and what names customers in events, in the one form of today.

Events are written once and orders keep their IDs: what an ID in an old form has done counts for its one form, too.
"""

from importlib import import_module

from django.db import migrations

changed = import_module("customers.migrations.0017_one_form").changed

# The referrer of an event, by which an erasure finds it, compared in the one form.
OLD_SAID = """    SELECT btrim(CASE
        WHEN data ? 'referrer' THEN data ->> 'referrer'
        WHEN action = 'profiling_answer'
            AND coalesce(nullif(btrim(data ->> 'attribute'), ''), btrim(data ->> 'question')) = 'referrer'
        THEN data ->> 'answer'
    END, E' \\t\\n\\r\\u00a0')
"""
NEW_SAID = OLD_SAID.replace("btrim(CASE", "public.one_form(CASE").replace(", E' \\t\\n\\r\\u00a0')", ")")
INDEX = """
CREATE INDEX event_by_referrer ON events_event (referrer_said(action, data))
    WHERE data ? 'referrer' OR action = 'profiling_answer';
"""
FUNCTION = """
DROP INDEX event_by_referrer;
CREATE OR REPLACE FUNCTION referrer_said(action text, data jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
{}$$;
"""
# A receipt that has paid under an old form does not pay again under its one form.
KEYS = """
INSERT INTO events_businesskey (key, recorded_at)
    SELECT one_form(key), recorded_at FROM events_businesskey WHERE key <> one_form(key) ON CONFLICT DO NOTHING
"""
OLD_USED = "SELECT DISTINCT kind || ':' || e.transaction_id AS key"
NEW_USED = "SELECT DISTINCT kind || ':' || unnest(ARRAY[e.transaction_id, one_form(e.transaction_id)]) AS key"
OLD_ASKED = "FROM unnest(keys) AS asked (key) CROSS JOIN customers_erasurekey k"
NEW_ASKED = (
    "FROM unnest(keys) AS asked (key) CROSS JOIN customers_erasurekey k"
    " CROSS JOIN LATERAL (SELECT asked.key UNION SELECT normalize(asked.key, NFD)) AS form (key)"
)
OLD_HASH, NEW_HASH = "'key:' || asked.key", "'key:' || form.key"


class Migration(migrations.Migration):
    dependencies = [("events", "0023_orders_by_date"), ("customers", "0017_one_form")]

    operations = [
        migrations.RunSQL(FUNCTION.format(NEW_SAID) + INDEX, FUNCTION.format(OLD_SAID) + INDEX),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(
            changed("erase_events(bigint[])", (OLD_USED, NEW_USED)),
            changed("erase_events(bigint[])", (NEW_USED, OLD_USED)),
        ),
        migrations.RunSQL(
            changed("erased_keys(text[])", (OLD_ASKED, NEW_ASKED), (OLD_HASH, NEW_HASH)),
            changed("erased_keys(text[])", (NEW_ASKED, OLD_ASKED), (NEW_HASH, OLD_HASH)),
        ),
    ]
