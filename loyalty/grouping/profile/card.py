"""The user groups of a customer on the Personal information: tokens, each of which can be taken, and a choice to give one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import Customer
from customers.profile.frame import PersonalCards, ProfilePage
from customers.sight.queries import CUSTOMERS
from loyalty.grouping.queries import given_groups, groups_of, own_groups
from loyalty.grouping.rights import GIVE_GROUPS
from loyalty.staff.groups.reach import Reach
from loyalty.staff.models import User, UserGroup


@dataclass(frozen=True)
class GroupsCard:
    """`groups`: each with whether the reader may take the customer out of it. `offered`: those that may be given."""

    customer: Customer
    groups: Sequence[tuple[UserGroup, bool]]
    offered: Sequence[UserGroup]


def card_of(customer: Customer, reach: Reach, *, may_give: bool) -> GroupsCard:
    held = groups_of([customer])[customer.id]
    own = own_groups(held, reach, CUSTOMERS) if may_give else []
    offered = [one for one in given_groups(reach, CUSTOMERS) if one not in held] if may_give else []
    return GroupsCard(customer, [(one, one in own) for one in held], offered)


def _cards(page: ProfilePage) -> Iterable[tuple[str, Any]]:
    """While groups decide of no customer, there is no card and no query for one."""
    user = page.request.user
    if not isinstance(user, User) or CUSTOMERS not in user.grouped_kinds:
        return
    card = card_of(page.customer, page.sight.reach, may_give=page.may(GIVE_GROUPS))
    if card.groups or card.offered:
        yield "grouping/card.html", card


PERSONAL = PersonalCards(_cards)
