"""Roles: made, changed and removed by administrators. Each change is a version of the programme."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from loyalty.program.enums import Origin
from loyalty.program.operations import program_change
from loyalty.staff.audit.deeds import Deed, Nothing, operation
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole
from loyalty.staff.rights import MANAGE_STAFF
from loyalty.staff.sender import Sender

from .queries import role_item


class RoleInUse(Exception):
    """Somebody has the role, or is invited to it: give them another one first."""


class RoleChanged(Exception):
    """Somebody else has changed the role since it was shown."""


class FixedRole(Exception):
    """The administrator's role cannot be changed or removed."""


@operation(right=MANAGE_STAFF, audit="role.save")
def save_role(*, item: Mapping[str, Any], shown: Mapping[str, Any] | None, by: Sender) -> Deed[None]:
    """Make or change a role, as an item of the program file; `shown` is what was there, None for a new one.

    It holds from the next request of everybody who has the role. Raises Invalid naming each wrong field by its path,
    RoleChanged if what is there is not what was shown, FixedRole.
    """
    if item["id"] == Role.ADMINISTRATOR:
        raise FixedRole
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN) as change:
        before = role_item(item["id"])
        if before != shown:
            raise RoleChanged
        changes = change.write({"roles": [item]}).changes
    if not changes:
        return Nothing(None)
    return Deed(None, subject=f"role:{item['id']}", before=before or {}, after=dict(item))


@operation(right=MANAGE_STAFF, audit="role.delete")
def delete_role(*, slug: str, by: Sender) -> Deed[None]:
    """Raises FixedRole, RoleInUse; a role that is gone already is nothing to do."""
    if slug == Role.ADMINISTRATOR:
        raise FixedRole
    with program_change(by=by.user, at=by.at, origin=Origin.ADMIN):
        before = role_item(slug)
        if before is None:
            return Nothing(None)
        try:
            with transaction.atomic():
                StaffRole.objects.filter(slug=slug).delete()
        except IntegrityError as error:
            raise RoleInUse from error
    return Deed(None, subject=f"role:{slug}", before=before)
