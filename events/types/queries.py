"""What the engine and imports know of each action."""

from collections.abc import Iterable, Mapping
from typing import Any

from loyalty.engine.program import EventRule

from .models import EventType


def event_rules(event_types: Iterable[Mapping[str, Any]]) -> dict[str, EventRule]:
    """What the engine knows of each action, from the program's `event_types`."""
    return {
        item["action"]: EventRule(
            item["action"],
            item["name"],
            item["default_points"],
            item["one_time"],
            item["built_in"],
            # Versions from before there was such a thing have none.
            item.get("behavioural", False),
            item.get("default_account", ""),
            item["pending_days"],
        )
        for item in event_types
    }


def attribute_types() -> dict[str, dict[str, str]]:
    """The type of each attribute that an action may have, by action; one query."""
    found: dict[str, dict[str, str]] = {}
    for action, slug, kind in EventType.objects.values_list("action", "attributes__slug", "attributes__type"):
        types = found.setdefault(action, {})
        if slug:
            types[slug] = kind
    return found
