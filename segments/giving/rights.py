"""Who may put all members of a segment, a list or a label into a user group."""

from django.contrib.auth.models import AnonymousUser

from customers.sight.queries import CUSTOMERS
from loyalty.grouping.queries import given_groups
from loyalty.grouping.rights import GIVE_GROUPS
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.sight import sight_of
from segments.rights import VIEW_SEGMENTS


def may_put_members(user: User | AnonymousUser) -> bool:
    """Whether there is a group that the user may put members into."""
    sight = sight_of(user)
    is_allowed = may(user, GIVE_GROUPS) and may(user, VIEW_SEGMENTS) and sight.is_everything
    return is_allowed and bool(given_groups(sight.reach, CUSTOMERS))
