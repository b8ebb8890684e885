"""The program file's `lists`: what lists there are. Who is on them is no part of it."""

from collections.abc import Iterable
from typing import Any

from loyalty.program.section import IS_AN_ADDRESS, Document, Key, Problem, Section, changed, choice, fields, text

from .bindings import uses_of
from .enums import ListStatus
from .models import OWN_ADDRESSES, CustomerList

_ID = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 letters, digits, underscores and hyphens",
}


def read_lists() -> list[dict[str, Any]]:
    rows = CustomerList.objects.values_list("slug", "name", "status")
    return sorted(({"id": slug, "name": name, "status": status} for slug, name, status in rows), key=_by_id)


def _by_id(item: dict[str, Any]) -> str:
    return str(item["id"])


def list_facts() -> dict[str, Any]:
    return {slug: {"id": id} for slug, id in CustomerList.objects.values_list("slug", "id")}


def write_lists(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted."""
    for item in changed(wanted, current):
        columns = {"name": item["name"], "status": item["status"]}
        CustomerList.objects.update_or_create(slug=item["id"], defaults=columns)


def check_lists(wanted: Document, current: Document) -> Iterable[Problem]:
    """An archived one stays so; and only an inactive one that nothing uses becomes it, whoever asks."""
    before = {item["id"]: item["status"] for item in current["lists"]}
    for item in wanted["lists"]:
        was, now = before.get(item["id"]), item["status"]
        if was is None and item["id"] in OWN_ADDRESSES:
            yield Problem(("lists", Key(item["id"]), "id"), IS_AN_ADDRESS)
        if was == ListStatus.ARCHIVED and now != was:
            yield Problem(("lists", Key(item["id"]), "status"), "cannot be changed: the list is archived for good")
        elif now == ListStatus.ARCHIVED and was not in (ListStatus.INACTIVE, now):
            yield Problem(("lists", Key(item["id"]), "status"), "must be inactive before it is archived")
        elif now == ListStatus.ARCHIVED and was != now and (uses := uses_of(item["id"])):
            yield Problem(
                ("lists", Key(item["id"]), "status"), f"cannot be archived while these use it: {', '.join(uses)}"
            )
        elif now == ListStatus.DRAFT and was not in (None, now):
            yield Problem(("lists", Key(item["id"]), "status"), "cannot be draft again")


LISTS = Section(
    name="lists",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "name": text(CustomerList, "name"),
            "status": choice(ListStatus.values, default=ListStatus.ACTIVE.value),
        },
        "id",
        "name",
    ),
    read=read_lists,
    facts=list_facts,
    write=write_lists,
    check=check_lists,
)
