from loyalty.engine.types import EventRule

from .models import EventType


def event_rules() -> dict[str, EventRule]:
    """What the engine knows of each action."""
    return {
        row.action: EventRule(row.action, row.name, row.default_points, row.one_time, row.factory)
        for row in EventType.objects.all()
    }
