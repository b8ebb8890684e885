from typing import Any

from django.db import migrations

TIME = "effective_timestamp"
# Each is an action, its name, its attributes and those of them that are personal.
TYPES = [
    ("profiling_answer", "Profiling answer", ["question", "attribute", "answer", TIME], ["answer"]),
    ("referral", "Referral", ["referred", TIME], ["referred"]),
    ("referral_points", "Referral points", ["referrer"], ["referrer"]),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    for action, name, attributes, personal in TYPES:
        # One that the brand has defined itself is built in from now on, with the brand's name, labels and points.
        found = EventType.objects.filter(action=action).first() or EventType(action=action, name=name)
        found.factory, found.behavioural = True, False
        found.one_time = found.one_time and action == "profiling_answer"
        found.attributes = list(dict.fromkeys([*attributes, *found.attributes]))
        found.personal_attributes = list(dict.fromkeys([*personal, *found.personal_attributes]))
        found.save()


# As in 0014, with the keys of whoever was referred: called before the customers' own function, which takes their IDs away.
NEW_KEYS = """
        UNION SELECT 'referral:' || c.public_id FROM customers_customer c WHERE c.id = ANY(family)
    ), hashed AS ("""
OLD_KEYS = """
    ), hashed AS ("""


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
    dependencies = [("events", "0016_named_event_types")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(_function(OLD_KEYS, NEW_KEYS), _function(NEW_KEYS, OLD_KEYS)),
    ]
