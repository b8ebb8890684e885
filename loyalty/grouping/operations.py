"""What staff do with the user groups of a customer: put them into one, take them out."""

from customers.models import Customer
from customers.sight.queries import CUSTOMERS
from loyalty.engine.mechanism import Outcome
from loyalty.intake.staff import BY_HAND, deed_of, record_by_hand
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Deed, operation
from loyalty.staff.sender import Sender

from .actions import ADD, GROUP, REMOVE
from .codes import UNKNOWN
from .queries import given_groups, groups_of, own_groups
from .rights import GIVE_GROUPS


class LastGroup(Exception):
    """Whoever asks would not see the customer any more."""


@operation(right=GIVE_GROUPS, audit="customer.add_group", approvable=BY_HAND)
def put_in_group(*, customer: Customer, slug: str, by: Sender) -> Deed[Outcome]:
    """Raises Refused: 330601 (also for a group that the sender does not reach), 330602, 330603; PermissionDenied."""
    reach = by.sight.reach
    if reach.is_limited(CUSTOMERS) and slug not in {group.slug for group in given_groups(reach, CUSTOMERS)}:
        raise Refused(UNKNOWN, "User group not found", field=GROUP.name)
    return _recorded(customer, ADD.name, slug, by)


@operation(right=GIVE_GROUPS, audit="customer.remove_group", approvable=BY_HAND)
def take_out_of_group(*, customer: Customer, slug: str, by: Sender) -> Deed[Outcome]:
    """Raises Refused: 330601 (also for a group that the sender does not reach), 330604; LastGroup; PermissionDenied."""
    held, reach = groups_of([customer])[customer.id], by.sight.reach
    own = {group.slug for group in own_groups(held, reach, CUSTOMERS)}
    if reach.is_limited(CUSTOMERS) and slug not in own:
        raise Refused(UNKNOWN, "User group not found", field=GROUP.name)
    if reach.is_limited(CUSTOMERS) and own == {slug} and len(held) > 1:
        raise LastGroup
    return _recorded(customer, REMOVE.name, slug, by)


def _recorded(customer: Customer, action: str, slug: str, by: Sender) -> Deed[Outcome]:
    outcome = record_by_hand(customer.public_id, action, {GROUP.name: slug}, by=by)
    return deed_of(outcome, after={GROUP.name: slug})
