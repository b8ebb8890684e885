"""What the description says of forms: the fields of an object stand in brackets, as they are read."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from loyalty.api.body.form import read_form
from loyalty.api.docs.forms import BRACKETS, FORM, with_brackets
from loyalty.api.docs.openapi import document


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            if content := told.get("requestBody", {}).get("content"):
                yield f"{method} {path}", content[FORM]


def inner(schema: Any) -> Iterator[Any]:
    """The schema without references, and its alternatives."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for word in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(word, ()):
            yield from inner(one)


def objects(body: dict[str, Any]) -> set[str]:
    """Its properties that may be objects."""
    return {
        name
        for one in inner(body["schema"])
        for name, schema in one.get("properties", {}).items()
        if any('"object"' in json.dumps(kind.get("type")) for kind in inner(schema))
    }


def test_every_form_says_that_the_fields_of_objects_stand_in_brackets() -> None:
    told = {name: set(body.get("encoding", {})) for name, body in bodies()}

    assert told == {name: objects(body) for name, body in bodies()}
    assert {one for names in told.values() for one in names} >= {"data", "metadata", "position"}
    assert all(one == BRACKETS for _, body in bodies() for one in body.get("encoding", {}).values())


def test_brackets_are_what_is_read() -> None:
    assert BRACKETS == {"style": "deepObject", "explode": True}
    written = b"action=profile&data[first_name]=Ann&data[city]=Wien"

    assert read_form(written) == {"action": "profile", "data": {"first_name": "Ann", "city": "Wien"}}
    assert [name for name, _ in parse_qsl(written.decode())] == ["action", "data[first_name]", "data[city]"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, False),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"type": ["object", "null"]}, True),
        ({"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Place"}]}, True),
    ],
)
def test_what_may_be_an_object_is_found(schema: dict[str, Any], expected: bool) -> None:
    body = {"schema": {"type": "object", "properties": {"one": schema}}}
    paths = {"/things": {"post": {"requestBody": {"content": {FORM: body}}}}}
    told = with_brackets(paths, {"Place": {"type": "object"}})["/things"]["post"]["requestBody"]["content"][FORM]

    assert ("one" in told.get("encoding", {})) is expected


def test_operations_without_a_form_stay_as_they_are() -> None:
    paths: dict[str, Any] = {"/things": {"get": {"responses": {}}}}

    assert with_brackets(paths, {}) == paths
