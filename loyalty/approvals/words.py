"""What changes are called."""

from loyalty.program.actions import registered_actions
from loyalty.staff.audit.kinds import operation_labels

from .models import ChangeRequest


def title_of(change: ChangeRequest) -> str:
    """By the event, where one is added; else as the trail calls the operation."""
    known = registered_actions().get(str(change.arguments.get("action", "")))
    return str(known.label if known else operation_labels().get(change.operation, change.operation))
