from typing import Any

from django.db import migrations

TYPES = [("point_unspend", "Point unspend"), ("point_fix", "Point fix")]


def create(apps: Any, schema_editor: Any) -> None:
    EventType = apps.get_model("events", "EventType")
    EventType.objects.bulk_create(
        EventType(
            action=action,
            name=name,
            attributes=["points", "reason", "effective_timestamp"],
            personal_attributes=["reason"],
            factory=True,
        )
        for action, name in TYPES
    )


class Migration(migrations.Migration):
    dependencies = [("events", "0004_lean_keys")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
