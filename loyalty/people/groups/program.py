"""The program file's `groups`, without the people in them, and `grouped_kinds`: of which kinds of record groups decide."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from loyalty.program.section import Document, Key, Path, Problem, Section, changed, choice, fields, optional, text
from loyalty.staff.groups.enums import GroupStatus
from loyalty.staff.groups.kinds import grouped_records
from loyalty.staff.models import GroupedKind, UserGroup

# So deep at most; and so many groups, of which each person's are read with every request.
DEEPEST, MOST_GROUPS = 8, 500
_ID = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 letters, digits, underscores and hyphens",
}
_KIND = {"type": "string", "pattern": "^[a-z_]{1,64}$", "title": "a kind of record such as customers"}
Items = Sequence[Mapping[str, Any]]


def read_groups() -> list[dict[str, Any]]:
    rows = UserGroup.objects.values("slug", "name", "external_id", "parent__slug", "status")
    return sorted((_item(row) for row in rows), key=lambda item: str(item["id"]))


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in ("name", "external_id", "status")}
    return {"id": row["slug"], **found, "parent": row["parent__slug"]}


def group_facts() -> dict[str, Any]:
    return {slug: {"id": id} for slug, id in UserGroup.objects.values_list("slug", "id")}


def write_groups(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted. What others are inside of must be there first."""
    items = changed(wanted, current)
    # An external ID may go from one group to another.
    UserGroup.objects.filter(slug__in=[item["id"] for item in items]).update(external_id=None)
    for item in items:
        columns = {name: item[name] for name in ("name", "external_id", "status")}
        UserGroup.objects.update_or_create(slug=item["id"], defaults=columns)
    ids = dict(UserGroup.objects.values_list("slug", "id"))
    for item in items:
        UserGroup.objects.filter(slug=item["id"]).update(parent=ids.get(item["parent"]))


def check_groups(wanted: Document, current: Document) -> Iterator[Problem]:
    before = {item["id"]: item["status"] for item in current["groups"]}
    parents = {item["id"]: item["parent"] for item in wanted["groups"]}
    external: set[str] = set()
    if len(parents) > MOST_GROUPS:
        yield Problem(("groups",), f"are more than {MOST_GROUPS}")
    for item in wanted["groups"]:
        path: Path = ("groups", Key(item["id"]))
        if item["status"] == GroupStatus.DRAFT and before.get(item["id"], item["status"]) != GroupStatus.DRAFT:
            yield Problem((*path, "status"), "cannot be draft again")
        if item["external_id"] in external:
            yield Problem((*path, "external_id"), "is the external ID of another group")
        external |= {item["external_id"]} - {None}
        if fault := _fault_of_parent(item["id"], parents):
            yield Problem((*path, "parent"), fault)


def _fault_of_parent(slug: str, parents: Mapping[str, str | None]) -> str:
    above, depth = parents[slug], 1
    while above is not None:
        depth += 1
        if above not in parents:
            return "names no group"
        if above == slug:
            return "is inside this very group"
        if depth > DEEPEST:
            return f"would be the {depth}th level of groups: there are {DEEPEST} at most"
        above = parents[above]
    return ""


GROUPS = Section(
    name="groups",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "name": text(UserGroup, "name"),
            "external_id": {**optional({"type": "string", "minLength": 1, "maxLength": 100})},
            "parent": {**optional(_ID), "description": "The ID of the group that it is inside of."},
            "status": choice(GroupStatus.values, default=GroupStatus.DRAFT.value),
        },
        "id",
        "name",
    ),
    read=read_groups,
    facts=group_facts,
    write=write_groups,
    check=check_groups,
)


def read_kinds() -> list[dict[str, Any]]:
    return [{"kind": kind} for kind in GroupedKind.objects.values_list("kind", flat=True)]


def write_kinds(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    named = [item["kind"] for item in wanted]
    GroupedKind.objects.exclude(kind__in=named).delete()
    GroupedKind.objects.bulk_create([GroupedKind(kind=kind) for kind in named], ignore_conflicts=True)


def check_kinds(wanted: Document, current: Document) -> Iterable[Problem]:
    for place, item in enumerate(wanted["grouped_kinds"]):
        if item["kind"] not in grouped_records():
            known = ", ".join(sorted(grouped_records()))
            yield Problem(("grouped_kinds", place, "kind"), f"must be one of {known}")


GROUPED_KINDS = Section(
    name="grouped_kinds",
    key="kind",
    replaces=True,
    schema=fields({"kind": _KIND}, "kind"),
    read=read_kinds,
    write=write_kinds,
    check=check_kinds,
)
