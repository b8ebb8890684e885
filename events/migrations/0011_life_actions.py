from typing import Any

from django.db import migrations

# Each is an action, its name and its attributes.
TYPES = [
    ("suspend", "Suspend", ["reason", "effective_timestamp"]),
    ("unsuspend", "Unsuspend", ["reason", "effective_timestamp"]),
    ("opt_out", "Opt out", ["reason"]),
    ("ban", "Forced opt-out", ["reason"]),
    ("login", "Login", ["effective_timestamp"]),
    ("daily_login", "Daily login", ["effective_timestamp"]),
    ("birthday", "Birthday", []),
    ("anniversary", "Anniversary", ["years"]),
    ("customer_merge", "Merge", ["kind"]),
]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    # A brand may have defined one of these actions itself: it is built in from now on.
    for action, name, attributes in TYPES:
        EventType.objects.update_or_create(
            action=action,
            defaults={
                "name": name,
                "attributes": attributes,
                "personal_attributes": [one for one in attributes if one == "reason"],
                "factory": True,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("events", "0010_people")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
