"""What the role of a user grants, and which roles there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from loyalty.staff.enums import Role

from .models import StaffRole
from .rights import Right, grantable_rights

LIMITS = ("points_per_action", "points_per_day", "points_per_customer_and_day")


@dataclass(frozen=True)
class GrantedRole:
    """A role as it is now. `rights` are the codes of those that there are."""

    slug: str
    name: str
    rights: frozenset[str]
    limits: Mapping[str, int | None]

    @property
    def is_administrator(self) -> bool:
        return self.slug == Role.ADMINISTRATOR

    def holds(self, right: Right) -> bool:
        return self.is_administrator or (right.code in self.rights and not right.is_reserved)


def granted(stored: Mapping[str, Any]) -> GrantedRole:
    """Of the columns of a role."""
    rights = frozenset(stored["rights"]) & grantable_rights().keys()
    return GrantedRole(stored["slug"], stored["name"], rights, {name: stored[name] for name in LIMITS})


def role_of(slug: str) -> GrantedRole:
    """Raises StaffRole.DoesNotExist."""
    return granted(StaffRole.objects.values("slug", "name", "rights", *LIMITS).get(slug=slug))


def columns_of_role() -> Subquery:
    """For a query of users: the columns of each one's role, read along with them."""
    columns = JSONObject(slug="slug", name="name", rights="rights", **{name: name for name in LIMITS})
    return Subquery(StaffRole.objects.filter(slug=OuterRef("role")).values(columns=columns))


def names_of_roles(right: Right, *, besides: str = "", **limits: int) -> list[str]:
    """Of the roles, besides one, that hold the right and whose limits, named as the columns are, allow so much."""
    enough = [Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": least}) for name, least in limits.items()]
    holds = Q(rights__contains=[right.code]) & Q(*enough) if enough else Q(rights__contains=[right.code])
    found = roles().filter(holds | Q(slug=Role.ADMINISTRATOR)).exclude(slug=besides)
    return list(found.values_list("name", flat=True))


def roles() -> QuerySet[StaffRole]:
    return StaffRole.objects.order_by("name", "slug")
