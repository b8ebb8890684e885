"""What staff do with all members of a segment, a list or a label: put them into a user group."""

from customers.sight.queries import CUSTOMERS
from loyalty.bulk.kinds import Item
from loyalty.bulk.operations import MAX_ITEMS, accept
from loyalty.grouping.actions import GROUP
from loyalty.grouping.codes import NOT_GIVEN, UNKNOWN
from loyalty.grouping.queries import given_groups
from loyalty.grouping.rights import GIVE_GROUPS
from loyalty.intake.staff import BY_HAND, staff_actor
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.models import UserGroup
from loyalty.staff.sender import Sender
from segments.rights import VIEW_SEGMENTS

from .kinds import PUT_INTO_GROUP
from .queries import name_of, names_to_put

NOBODY, TOO_MANY = (
    "Nobody is to be put into the user group",
    f"There are more than {MAX_ITEMS:,} customers to be put into it",
)


@operation(right=GIVE_GROUPS, audit="customer.add_group_to_members", approvable=BY_HAND)
def put_members_in_group(*, kind: str, slug: str, group: str, by: Sender) -> Deed[int]:
    """Ask a bulk request to put the members of today into the user group; how many.

    `kind` and `slug` name a segment, a list or a label, as audiences do. Those who are in the group already are left out, and so is
    the customer with the sender's own address. Raises Refused: 330601, 330602, and 0 for nobody or too many;
    PermissionDenied without the right to see segments and for whoever does not see everything of all customers.
    """
    by.require(VIEW_SEGMENTS)
    by.sight.require_all()
    _require_given(group, by)
    if not name_of(kind, slug):
        raise Refused(0, "There is no such segment, list or label any more")
    own = by.user.email or None if by.user else None
    names = names_to_put(kind, slug, group, but=own, most=MAX_ITEMS + 1)
    if not 0 < len(names) <= MAX_ITEMS:
        raise Refused(0, TOO_MANY if names else NOBODY)
    made = accept(PUT_INTO_GROUP, group, [Item(name) for name in names], by=staff_actor(by), at=by.at)
    after = {GROUP.name: group, "customers": len(names), "batch": made.batch}
    return Deed(len(names), subject=f"{_SUBJECTS.get(kind, kind)}:{slug}", after=after)


# What the trail calls them, where that is not the name of the kind.
_SUBJECTS = {"list": "customer_list"}


def _require_given(group: str, by: Sender) -> None:
    if group in {one.slug for one in given_groups(by.sight.reach, CUSTOMERS)}:
        return
    if UserGroup.objects.filter(slug=group).exists():
        raise Refused(NOT_GIVEN, "User group is a draft or inactive", field=GROUP.name)
    raise Refused(UNKNOWN, "User group not found", field=GROUP.name)
