"""Who may do what. Operations ask `require`; pages and menus ask `may`."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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


# What somebody without the right may not do, as the end of a sentence.
DEEDS: dict[Right, Promise] = {
    Right.VIEW_CUSTOMERS: _("see customers"),
    Right.RECORD_EVENTS: _("record actions or change points"),
    Right.EDIT_CUSTOMERS: _("create, change or suspend customers, or write notes"),
    Right.MERGE_CUSTOMERS: _("merge customers"),
    Right.ERASE_CUSTOMERS: _("opt customers out, or lift bans"),
    Right.IMPORT_DATA: _("import files"),
    Right.EXPORT_DATA: _("export data"),
    Right.CONFIGURE: _("change the programme or its settings"),
}


def may(user: User | AnonymousUser, right: Right) -> bool:
    return isinstance(user, User) and user.is_active and right in RIGHTS[user.role]


def require(user: User | AnonymousUser, right: Right) -> None:
    """Raise PermissionDenied unless the user's role holds the right."""
    if not may(user, right):
        raise PermissionDenied(
            gettext("Your role does not allow you to %(deed)s. Ask an administrator to do it, or to change your role.")
            % {"deed": DEEDS[right]}
        )
