"""Roles and people as the pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.text import capfirst

from loyalty.contributions import contributed
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.roles.queries import roles
from loyalty.staff.roles.rights import RightGroup, grantable_rights

from .program import item_of

MOST_PEOPLE = 200


@dataclass(frozen=True)
class ShownRole:
    role: StaffRole
    # None: everything.
    rights: int | None
    people: int
    of: int


def shown_roles() -> list[ShownRole]:
    """Two queries."""
    people: Mapping[str, int] = dict(
        User.objects.filter(is_active=True).values_list("role").annotate(people=Count("id")).order_by()
    )
    return [ShownRole(row, _count(row), people.get(row.slug, 0), len(grantable_rights())) for row in roles()]


def _count(row: StaffRole) -> int | None:
    return None if row.slug == Role.ADMINISTRATOR else len(grantable_rights().keys() & set(row.rights))


def role_item(slug: str) -> dict[str, Any] | None:
    """As the program file has it; none for a role that is not there, or the administrator's."""
    row = StaffRole.objects.exclude(slug=Role.ADMINISTRATOR).filter(slug=slug).first()
    return item_of(row) if row else None


def people_with(slug: str) -> list[User]:
    """At most MOST_PEOPLE."""
    return list(User.objects.filter(role=slug).order_by("-is_active", "username")[:MOST_PEOPLE])


def right_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a role may hold, by room: (room, [(code, deed)])."""
    return sorted(
        (str(group.label), [(right.code, capfirst(str(right.deed))) for right in group.rights if not right.is_reserved])
        for group in contributed(RightGroup)
    )
