"""The program file's `roles`: what each role may do, never who has it. `administrator`, who may do everything, is not in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loyalty.program.section import (
    IS_AN_ADDRESS,
    NAME,
    Document,
    Key,
    Problem,
    Section,
    changed,
    fields,
    optional,
    several,
    text,
    whole,
)
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole
from loyalty.staff.roles.queries import LIMITS, roles
from loyalty.staff.roles.rights import grantable_rights, known_rights

MOST_POINTS = 2**53
MOST_RIGHTS = 500
# What `urls` has in the place of an ID.
OWN_ADDRESSES = frozenset({"new"})
NO_LIMITS: Mapping[str, Any] = dict.fromkeys(LIMITS)


def read_roles() -> list[dict[str, Any]]:
    rows = roles().exclude(slug=Role.ADMINISTRATOR)
    return sorted((item_of(row) for row in rows), key=lambda item: str(item["id"]))


def item_of(row: StaffRole) -> dict[str, Any]:
    """A right that no room declares any more is left out."""
    rights = sorted(grantable_rights().keys() & set(row.rights))
    return {"id": row.slug, "name": row.name, "rights": rights, "limits": {name: getattr(row, name) for name in LIMITS}}


def tidy(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "rights": sorted(set(item["rights"])), "limits": {**NO_LIMITS, **item["limits"]}}


def write_roles(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    for item in changed(wanted, current):
        columns = {"name": item["name"], "rights": item["rights"], **item["limits"]}
        StaffRole.objects.update_or_create(slug=item["id"], defaults=columns)


def check_roles(wanted: Document, current: Document) -> Iterator[Problem]:
    names = {str(StaffRole.objects.get(slug=Role.ADMINISTRATOR).name).casefold()}
    for item in wanted["roles"]:
        path = ("roles", Key(item["id"]))
        if item["id"] == Role.ADMINISTRATOR:
            yield Problem(path, "cannot be in the file: an administrator may do everything")
        if item["id"] in OWN_ADDRESSES - {one["id"] for one in current["roles"]}:
            yield Problem((*path, "id"), IS_AN_ADDRESS)
        if item["name"].casefold() in names:
            yield Problem((*path, "name"), "is the name of another role")
        names.add(item["name"].casefold())
        yield from (Problem((*path, "rights", place), why) for place, why in _wrong(item["rights"]))


def _wrong(rights: Sequence[str]) -> Iterator[tuple[int, str]]:
    for place, code in enumerate(rights):
        right = known_rights().get(code)
        if right is None:
            yield place, f"is no right: {code}"
        elif right.is_reserved:
            yield place, f"is a right of administrators alone: {code}"
        elif right.needs and right.needs.code not in rights:
            yield place, f"cannot be used without {right.needs.code}"


_LIMIT = optional(whole(0, MOST_POINTS))
ROLES = Section(
    name="roles",
    key="id",
    schema=fields(
        {
            "id": NAME,
            "name": text(StaffRole, "name"),
            "rights": several(
                {"type": "string", "minLength": 1, "maxLength": 100},
                maxItems=MOST_RIGHTS,
                default=[],
                description="By code, as docs/roles.md lists them.",
            ),
            "limits": {
                **fields(
                    {
                        "points_per_action": {**_LIMIT, "description": "Points that one change by hand may move."},
                        "points_per_day": {**_LIMIT, "description": "All that one person changes a day."},
                        "points_per_customer_and_day": {**_LIMIT, "description": "The same for one customer."},
                    }
                ),
                "default": dict(NO_LIMITS),
                "description": "For changing points by hand; null is no limit. Days are those of the programme.",
            },
        },
        "id",
    ),
    read=read_roles,
    write=write_roles,
    check=check_roles,
    tidy=tidy,
)
