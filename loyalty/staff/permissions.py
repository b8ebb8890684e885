"""Who may do what. Operations ask `require`; pages and menus ask `may`."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from .enums import Role
from .models import User


class Right(StrEnum):
    VIEW_CUSTOMERS = "view_customers"
    RECORD_EVENTS = "record_events"
    # Create, change, suspend, write notes.
    EDIT_CUSTOMERS = "edit_customers"
    MERGE_CUSTOMERS = "merge_customers"
    # Opt out, ban, lift a ban.
    ERASE_CUSTOMERS = "erase_customers"
    IMPORT_DATA = "import_data"
    EXPORT_DATA = "export_data"
    CONFIGURE = "configure"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.READ_ONLY: frozenset({Right.VIEW_CUSTOMERS}),
    Role.MANAGER: frozenset(Right) - {Right.CONFIGURE},
    Role.ADMINISTRATOR: frozenset(Right),
}


def may(user: User | AnonymousUser, right: Right) -> bool:
    return isinstance(user, User) and user.is_active and right in RIGHTS[user.role]


def require(user: User | AnonymousUser, right: Right) -> None:
    """Raise PermissionDenied unless the user's role holds the right."""
    if not may(user, right):
        raise PermissionDenied(f"Your role lacks the right “{right}”. Ask an administrator to change your role.")
