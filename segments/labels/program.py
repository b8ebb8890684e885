"""The program file's `labels`: what labels there are. Who has them is no part of it."""

from collections.abc import Iterable
from typing import Any

from loyalty.program.section import Document, Key, Problem, Section, changed, choice, fields, text

from .enums import LabelStatus
from .identifiers import LONGEST_ID, key_of, label_id
from .models import Label, LabelAlias

_ID = {
    "type": "string",
    "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    "maxLength": LONGEST_ID,
    "title": f"1 to {LONGEST_ID} lower-case letters and digits, with single hyphens between them",
}


def read_labels() -> list[dict[str, Any]]:
    rows = Label.objects.filter(merged_into__isnull=True).order_by("slug").values_list("slug", "name", "status")
    return sorted(({"id": slug, "name": name, "status": status} for slug, name, status in rows), key=_by_id)


def _by_id(item: dict[str, Any]) -> str:
    return str(item["id"])


def write_labels(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted, and none renamed: another identifier is another label."""
    for item in changed(wanted, current):
        columns = {"name": item["name"], "status": item["status"]}
        if not Label.objects.filter(slug=item["id"]).update(**columns):
            made = Label.objects.create(id=key_of(item["id"]), slug=item["id"], **columns)
            LabelAlias.objects.create(slug=item["id"], label=made)


def check_labels(wanted: Document, current: Document) -> Iterable[Problem]:
    """An identifier that another label had before means that one."""
    new = {item["id"] for item in wanted["labels"]} - {item["id"] for item in current["labels"]}
    taken = dict(LabelAlias.objects.filter(slug__in=new).values_list("slug", "label__slug"))
    for item in wanted["labels"]:
        if item["id"] in taken:
            yield Problem(("labels", Key(item["id"]), "id"), f"is what the label {taken[item['id']]} was called before")
        elif label_id(item["id"]) != item["id"]:
            yield Problem(("labels", Key(item["id"]), "id"), "is no identifier of a label")


LABELS = Section(
    name="labels",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "name": text(Label, "name"),
            "status": choice(LabelStatus.values, default=LabelStatus.ACTIVE.value),
        },
        "id",
        "name",
    ),
    read=read_labels,
    write=write_labels,
    check=check_labels,
)
