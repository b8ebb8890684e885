"""Who may do what. Operations ask `require`; pages and menus ask `may`."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext

from .models import User
from .roles.rights import Right, configuration_rights


def may(user: User | AnonymousUser, right: Right) -> bool:
    return isinstance(user, User) and user.is_active and user.granted.holds(right)


def may_configure(user: User | AnonymousUser) -> bool:
    """Anything at all of the configuration."""
    return any(may(user, right) for right in {*configuration_rights().values()})


def require(user: User | AnonymousUser, right: Right) -> None:
    """Raise PermissionDenied unless the user's role holds the right."""
    if not may(user, right):
        raise refusal(right)


def refusal(right: Right) -> PermissionDenied:
    """What somebody is told whose role does not hold the right."""
    return PermissionDenied(
        gettext("Your role does not allow you to %(deed)s. Ask an administrator to do it, or to change your role.")
        % {"deed": right.deed}
    )
