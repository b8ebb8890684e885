"""What an app offers to the program file: a part of the configuration by natural keys, and its JSON Schema."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

Schema = dict[str, Any]
Document = Mapping[str, Any]
# Names and places in the file.
Path = tuple[str | int, ...]


class Key(str):
    """A part of a path that names an item by its key, whatever its place."""

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """A field that cannot be as the file has it."""

    path: Path
    message: str


class Invalid(Exception):
    """A program file that cannot be applied; `problems` are (path, message), such as `accounts[1].expiry.after`."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(f"{path}: {message}" for path, message in self.problems))


def as_sentence(message: str) -> str:
    """A problem's message, which the path stands before in a file, as forms show it."""
    return f"{message[:1].upper()}{message[1:]}."


# Of an ID that the room's own addresses have in its place: its page could not be opened.
IS_AN_ADDRESS = "must not be the address of another page: choose another ID"


def no_problems(wanted: Document, current: Document) -> Iterable[Problem]:
    return ()


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False)
class Section:
    """One part of the file: an object of fields, or a list of such objects.

    What the file leaves out stays as it is: the section, fields of it, items and fields of items. A new item has the
    schema's defaults for what it leaves out. A section that `replaces` loses the items which the file does not name.
    """

    name: str
    # Of the object, or of an item. One that names what the rooms contribute is made once all of them are there.
    schema: Schema | Callable[[], Schema]
    read: Callable[[], Any]
    # (wanted, current): called inside a transaction, only if they differ.
    write: Callable[[Any, Any], None]
    # What no file holds and the engine's rules need, such as internal ids.
    facts: Callable[[], dict[str, Any]] | None = None
    # What tells items apart; none: the section is one object.
    key: str | None = None
    replaces: bool = False
    # Rules beyond the schema, on the whole file as it would be.
    check: Callable[[Document, Document], Iterable[Problem]] = no_problems
    # The one way of writing an object that can be written in several.
    tidy: Callable[[dict[str, Any]], dict[str, Any]] = as_it_is

    @property
    def fields(self) -> Schema:
        """The schema as it is by now."""
        return self.schema() if callable(self.schema) else self.schema


# The vocabulary of the schemas. A `title` ends the sentence "must be …".

CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$", "title": "an ISO 4217 code such as EUR"}
NAME: Schema = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]*$",
    "maxLength": 64,
    "title": "1 to 64 lower-case letters, digits and underscores, a letter first",
}


def fields(properties: Mapping[str, Schema], *required: str) -> Schema:
    found: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def text(model: type[Model], field: str, **more: Any) -> Schema:
    """A text as long as the model's field takes; empty where that may be."""
    found: Any = model._meta.get_field(field)
    limits = {"minLength": 0 if found.blank else 1, **({"maxLength": found.max_length} if found.max_length else {})}
    return {"type": "string", **limits, **more}


def whole(least: int, most: int, **more: Any) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, **more}


def optional(schema: Schema) -> Schema:
    """The same or null, which is what it is if nobody says."""
    return {**schema, "type": [schema["type"], "null"], "default": None}


def flag(*, default: bool, **more: Any) -> Schema:
    return {"type": "boolean", "default": default, **more}


def choice(values: Iterable[str], **more: Any) -> Schema:
    return {"enum": list(values), **more}


def several(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, "uniqueItems": True, **more}


def by_name(names: Schema, values: Schema, **more: Any) -> Schema:
    return {"type": "object", "propertyNames": names, "additionalProperties": values, **more}


def changed(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items to write."""
    return [item for item in wanted if item not in current]
