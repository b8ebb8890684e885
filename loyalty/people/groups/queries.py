"""Groups as the pages show them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from loyalty.staff.models import GroupedKind, User, UserGroup, UserGroupMember

from .program import read_groups

MOST_PEOPLE = 500


@dataclass(frozen=True)
class ShownGroup:
    """`depth`: how many groups it is inside of. `people`: the active ones in it."""

    group: UserGroup
    depth: int
    people: int


def group_tree() -> list[ShownGroup]:
    """Each group, followed by those inside it; by their names. One query."""
    count = Count("members", filter=Q(members__user__is_active=True))
    inside: dict[int | None, list[UserGroup]] = {}
    for row in UserGroup.objects.annotate(people=count).order_by("name", "slug"):
        inside.setdefault(row.parent_id, []).append(row)
    return list(_branch(None, 0, inside))


def _branch(parent: int | None, depth: int, inside: Mapping[int | None, list[UserGroup]]) -> Iterator[ShownGroup]:
    for row in inside.get(parent, ()):
        yield ShownGroup(row, depth, getattr(row, "people", 0))
        yield from _branch(row.pk, depth + 1, inside)


def group_item(slug: str) -> dict[str, Any] | None:
    """As the program file has it."""
    return next((item for item in read_groups() if item["id"] == slug), None)


def offered(there: Collection[str]) -> list[User]:
    """Who can be put into a group, with those who are `there`: whoever is not shown would be taken out by a save."""
    found = list(User.objects.order_by("username")[:MOST_PEOPLE])
    others = set(there) - {one.username for one in found}
    return [*found, *User.objects.filter(username__in=others).order_by("username")]


def people_in(slug: str) -> list[str]:
    """Their user names."""
    rows = UserGroupMember.objects.filter(group__slug=slug).order_by("user__username")
    return list(rows.values_list("user__username", flat=True))


def switched_on() -> list[str]:
    """The kinds of record that groups decide of."""
    return sorted(GroupedKind.objects.values_list("kind", flat=True))
