"""The program file's `customer_fields`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import override

from loyalty.program.section import (
    NAME,
    Document,
    Key,
    Problem,
    Section,
    by_name,
    changed,
    choice,
    fields,
    flag,
    several,
    text,
    whole,
)
from loyalty.refusals import Refused

from .enums import FieldFormat, FieldType
from .models import MAX_OPTIONS, Field
from .queries import shared_emails, shared_values
from .rules import BUILT_IN, MAX_ITEM, plain, read_value
from .spelling import twin_of

FIELDS = (
    "name", "labels", "description", "type", "format", "options", "default", "searchable", "external_id", "read_only",
    "personal", "position", "active",
)  # fmt: skip
# What was stored under it was read by its definition, and identities are claimed under its ID.
FIXED = ("type",)


def read_fields() -> list[dict[str, Any]]:
    return sorted((_read(row) for row in Field.objects.all()), key=lambda item: item["id"])


def _read(row: Field) -> dict[str, Any]:
    return {"id": row.slug, **{name: getattr(row, name) for name in FIELDS}, "built_in": row.factory}


def field_of(item: Mapping[str, Any]) -> Field:
    """The row that the file describes, not saved."""
    return Field(slug=item["id"], factory=item["built_in"], **{name: item[name] for name in FIELDS})


def tidy(item: dict[str, Any]) -> dict[str, Any]:
    """The default as a customer would hold it; a wrong one is told of by the check."""
    try:
        return {**item, "default": plain(read_value(field_of(item).rule, item["default"]))}
    except Refused:
        return item


def write_fields(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted: customers hold values under them."""
    Field.objects.bulk_create(
        [field_of(item) for item in changed(wanted, current)],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=[*FIELDS],
    )


def check_fields(wanted: Document, current: Document) -> Iterable[Problem]:
    known = {item["id"]: item for item in current["customer_fields"]}
    names = {*BUILT_IN, *(item["id"] for item in wanted["customer_fields"])}
    for item in wanted["customer_fields"]:
        before, path = known.get(item["id"]), ("customer_fields", Key(item["id"]))
        if item != before:
            yield from (Problem((*path, name), message) for name, message in _wrong(item, before))
        if before is None and (twin := twin_of(item["id"], names - {item["id"]})):
            yield Problem((*path, "id"), f"is “{twin}” but for its spelling: use that field")
    if wanted["settings"]["unique_emails"] and not current["settings"]["unique_emails"]:
        found = shared_emails()
        if found.customers:
            yield Problem(("settings", "unique_emails"), f"cannot be switched on: {found}")


def _wrong(item: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    if item["built_in"] != (before["built_in"] if before else False):
        yield "built_in", "must be false: no such field is built in" if item["built_in"] else "must be true"
    if before:
        yield from ((name, "cannot be changed: define another field") for name in FIXED if item[name] != before[name])
    try:
        with override("en"):
            field_of(item).full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        yield from (("id" if name == "slug" else name, " ".join(found)) for name, found in error.message_dict.items())
    else:
        names_customers = before is not None and before["external_id"] and before["active"]
        if item["external_id"] and item["active"] and not names_customers:
            found = shared_values(item["id"])
            if found.customers:
                yield "external_id", f"cannot be switched on: {found}"


_LANGUAGE = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "title": "a language such as hu or pt-BR"}
_ITEM = {"type": "string", "minLength": 1, "maxLength": MAX_ITEM}
_DEFAULT = {
    "type": ["string", "number", "boolean", "array", "null"],
    "items": _ITEM,
    "default": None,
    "description": "For new customers who come without a value.",
    "title": "a value that the field takes, or null",
}

CUSTOMER_FIELDS = Section(
    name="customer_fields",
    key="id",
    schema=fields(
        {
            "id": NAME,
            "name": text(Field, "name"),
            "labels": by_name(_LANGUAGE, {"type": "string"}, default={}, description="The name per language."),
            "description": text(Field, "description", default=""),
            "type": choice(FieldType.values, default=FieldType.STRING.value),
            "format": choice(["", *FieldFormat.values], default="", description="Of a string."),
            "options": several(
                _ITEM, maxItems=MAX_OPTIONS, default=[], description="What a select or a multiple choice offers."
            ),
            "default": _DEFAULT,
            "searchable": flag(default=False, description="Can be searched for through the API."),
            "external_id": flag(default=False, description="Its values name one customer each."),
            "read_only": flag(default=False, description="Set by the programme alone."),
            "personal": flag(default=True, description="Erased when the customer opts out."),
            "position": whole(0, 32_767, default=0),
            "active": flag(default=True, description="Off: kept, but shown and taken nowhere."),
            "built_in": flag(default=False),
        },
        "id",
    ),
    read=read_fields,
    write=write_fields,
    check=check_fields,
    tidy=tidy,
)
