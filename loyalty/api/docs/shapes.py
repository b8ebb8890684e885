"""Words to write JSON Schemas with: `Operation.answer` and `Operation.body` are made of these."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from .describe import Schema

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
# Of a body: an empty text leaves it out or clears it, which is all that a form can say.
DAY_OR_EMPTY: Schema = {"type": "string", "anyOf": [{"format": "date"}, {"maxLength": 0}]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
UNIX: Schema = {"type": "integer", "description": "Unix time in seconds."}


# The only key of a schema that is made when the description is: of what rooms contribute, once all are there.
LATER = "later"


def later(make: Callable[[], Schema]) -> Schema:
    return {LATER: make}


def described(schema: Schema, description: str, **more: Any) -> Schema:
    """The same with a description, and whatever else is true of it."""
    return {**schema, "description": description, **more}


def nullable(schema: Schema) -> Schema:
    """Or null."""
    if "type" in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"oneOf": [schema, {"type": "null"}]}


def or_empty(number: Schema) -> Schema:
    """Of a query: or an empty text, which clients send for what they leave out."""
    return {**number, "type": [number["type"], "string"], "maxLength": 0}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def list_of(schema: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": schema, **more}


def map_of(schema: Schema, description: str = "") -> Schema:
    """An object with any names."""
    return {"type": "object", "additionalProperties": schema, **({"description": description} if description else {})}


def shape(title: str, fields: Mapping[str, Schema], *, optional: Collection[str] = (), **more: Any) -> Schema:
    """An answer: these fields and no others, all of which come unless they are optional."""
    required = [name for name in fields if name not in optional]
    found = {"type": "object", "properties": dict(fields), "required": required, "additionalProperties": False, **more}
    return {"title": title, **found} if title else found


def request_body(title: str, fields: Mapping[str, Schema], *, required: Collection[str] = (), **more: Any) -> Schema:
    """A body: fields that may come, and others that are ignored or custom."""
    found = {"type": "object", "properties": dict(fields), "required": list(required), **more}
    return {"title": title, **found} if title else found
