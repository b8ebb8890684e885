"""How the fields of an object stand in a form: in brackets after its name, `metadata[external_batch_id]=batch001`. Pure.

Without a word OpenAPI has them stand beside the other fields, under no name of their own, where no reader looks for them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .describe import Schema

FORM = "application/x-www-form-urlencoded"
BRACKETS: Mapping[str, Any] = {"style": "deepObject", "explode": True}
_ALTERNATIVES = ("oneOf", "anyOf", "allOf")


def with_brackets(paths: Mapping[str, Any], schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """The paths, whose form bodies say so of each property that may be an object. `schemas` are the components."""
    return {
        path: {method: _operation(told, schemas) for method, told in methods.items()} for path, methods in paths.items()
    }


def _operation(told: Mapping[str, Any], schemas: Mapping[str, Schema]) -> dict[str, Any]:
    content = told.get("requestBody", {}).get("content", {})
    if FORM not in content:
        return dict(told)
    names = sorted({name for name, schema in _properties(content[FORM]["schema"], schemas) if _nests(schema, schemas)})
    encoding = {"encoding": dict.fromkeys(names, BRACKETS)} if names else {}
    return {**told, "requestBody": {**told["requestBody"], "content": {**content, FORM: {**content[FORM], **encoding}}}}


def _properties(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """Of any of its alternatives."""
    for one in _alternatives(schema, schemas):
        yield from one.get("properties", {}).items()


def _nests(schema: Schema, schemas: Mapping[str, Schema]) -> bool:
    kinds = (one.get("type", ()) for one in _alternatives(schema, schemas))
    return any("object" in ([kind] if isinstance(kind, str) else kind) for kind in kinds)


def _alternatives(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    """The schema itself, and all that it may be instead."""
    found = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    yield found
    for word in _ALTERNATIVES:
        for one in found.get(word, ()):
            yield from _alternatives(one, schemas)
