"""User groups: made and changed, filled with people, switched on for a kind of record; by administrators."""

from collections.abc import Collection, Mapping
from secrets import token_hex
from typing import Any

from django.db import transaction

from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.models import User, UserGroup, UserGroupMember
from loyalty.staff.rights import MANAGE_GROUPS
from loyalty.staff.sender import Sender

from .queries import group_item, people_in, switched_on


class NoSuchGroup(Exception):
    """There is no group of this ID."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed it since it was shown."""


@operation(right=MANAGE_GROUPS, audit="group.save")
def save_group(
    *, slug: str | None, shown: Mapping[str, Any] | None, changes: Mapping[str, Any], by: Sender
) -> Deed[str]:
    """Its ID. `slug` None: a new one. `shown`: the group as it was shown; `changes`: fields of it, both as the program file has
    them.

    Raises NoSuchGroup, ChangedMeanwhile if what is there is not what was shown, Invalid naming each wrong field by its path.
    """
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        before = group_item(slug) if slug else None
        if slug and before is None:
            raise NoSuchGroup
        if before != shown:
            raise ChangedMeanwhile
        item = {**(before or {"id": token_hex(8)}), **changes}
        if not change.write({"groups": [item]}).changes:
            return Nothing(item["id"])
    was = {name: value for name, value in (before or {}).items() if item[name] != value}
    now = {name: value for name, value in item.items() if not before or before[name] != value}
    return Deed(item["id"], subject=f"user_group:{item['id']}", before=was, after=now)


@operation(right=MANAGE_GROUPS, audit="group.people")
def save_people(*, slug: str, shown: Collection[str], usernames: Collection[str], by: Sender) -> Deed[None]:
    """Who is in `usernames` and was not `shown` to be in the group is put into it, and the other way round: whom others have put
    in or taken out meanwhile stays so. Each notices with their next click. Raises NoSuchGroup.
    """
    joining, leaving = set(usernames) - set(shown), set(shown) - set(usernames)
    with transaction.atomic():
        group = UserGroup.objects.select_for_update(no_key=True).filter(slug=slug).first()
        if group is None:
            raise NoSuchGroup
        before = people_in(slug)
        UserGroupMember.objects.filter(group=group, user__username__in=leaving).delete()
        found = User.objects.filter(username__in=joining - set(before))
        UserGroupMember.objects.bulk_create([UserGroupMember(group=group, user=user) for user in found])
        after = people_in(slug)
    if before == after:
        return Nothing(None)
    return Deed(None, subject=f"user_group:{slug}", before={"people": before}, after={"people": after})


@operation(right=MANAGE_GROUPS, audit="group.kinds")
def save_kinds(*, shown: Collection[str], kinds: Collection[str], by: Sender) -> Deed[None]:
    """Groups decide who sees records of these kinds, and of no other, from everybody's next click on.

    Raises ChangedMeanwhile if they do not decide of what was shown, Invalid.
    """
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        before, after = switched_on(), sorted(kinds)
        if before != sorted(shown):
            raise ChangedMeanwhile
        if before == after:
            return Nothing(None)
        change.write({"grouped_kinds": [{"kind": kind} for kind in after]})
    return Deed(None, subject="user_groups", before={"kinds": before}, after={"kinds": after})
