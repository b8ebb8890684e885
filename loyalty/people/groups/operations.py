"""User groups: made and changed, filled with people, switched on for a kind of record; by administrators."""

from collections.abc import Collection, Mapping
from secrets import token_hex
from typing import Any

from django.db import transaction

from loyalty.program.enums import Origin
from loyalty.program.operations import program_change, write_program
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.models import User, UserGroup, UserGroupMember
from loyalty.staff.rights import MANAGE_GROUPS
from loyalty.staff.sender import Sender

from .queries import group_item, people_in, switched_on


class NoSuchGroup(Exception):
    """There is no group of this ID."""


@operation(right=MANAGE_GROUPS, audit="group.save")
def save_group(*, slug: str | None, changes: Mapping[str, Any], by: Sender) -> Deed[str]:
    """Its ID. `slug` None: a new one. `changes`: fields of it, as the program file has them.

    Raises NoSuchGroup, Invalid naming each wrong field by its path.
    """
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN):
        before = group_item(slug) if slug else None
        if slug and before is None:
            raise NoSuchGroup
        item = {**(before or {"id": token_hex(8)}), **changes}
        if not write_program({"groups": [item]}).changes:
            return Nothing(item["id"])
    was = {name: value for name, value in (before or {}).items() if item[name] != value}
    now = {name: value for name, value in item.items() if not before or before[name] != value}
    return Deed(item["id"], subject=f"user_group:{item['id']}", before=was, after=now)


@operation(right=MANAGE_GROUPS, audit="group.people")
def save_people(*, slug: str, usernames: Collection[str], by: Sender) -> Deed[None]:
    """These people are in the group, and nobody else; each notices with their next click. Raises NoSuchGroup."""
    with transaction.atomic():
        group = UserGroup.objects.select_for_update(no_key=True).filter(slug=slug).first()
        if group is None:
            raise NoSuchGroup
        before, after = people_in(slug), sorted(usernames)
        if before == after:
            return Nothing(None)
        UserGroupMember.objects.filter(group=group).exclude(user__username__in=after).delete()
        found = User.objects.filter(username__in=set(after) - set(before))
        UserGroupMember.objects.bulk_create([UserGroupMember(group=group, user=user) for user in found])
    return Deed(None, subject=f"user_group:{slug}", before={"people": before}, after={"people": people_in(slug)})


@operation(right=MANAGE_GROUPS, audit="group.kinds")
def save_kinds(*, kinds: Collection[str], by: Sender) -> Deed[None]:
    """Groups decide who sees records of these kinds, and of no other, from everybody's next click on. Raises Invalid."""
    before, after = switched_on(), sorted(kinds)
    if before == after:
        return Nothing(None)
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN):
        write_program({"grouped_kinds": [{"kind": kind} for kind in after]})
    return Deed(None, subject="user_groups", before={"kinds": before}, after={"kinds": after})
