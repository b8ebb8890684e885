"""What the description says in several places is said once, and means the same."""

import json
import re
from collections.abc import Iterator
from typing import Any

from loyalty.api.docs.openapi import document
from loyalty.api.docs.sharing import SHORTEST, share

LONG = "x" * SHORTEST["schemas"]
REASON = {"type": "string", "description": LONG}


def body(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def operation(schema: Any, *, parameters: Any = (), **examples: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "examples": examples}}
    return {"parameters": list(parameters), "responses": {"200": {"content": content}}}


def expanded(value: Any, components: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [expanded(one, components) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        _, _, kind, name = value["$ref"].split("/")
        return expanded(components[kind][name], components)
    return {key: expanded(inner, components) for key, inner in value.items()}


def shared_paths(*operations: Any) -> tuple[Any, dict[str, Any]]:
    paths = {f"/{place}": {"get": one} for place, one in enumerate(operations)}
    found, components = share(paths, {})
    assert expanded(found, components) == paths
    return found, components


def test_a_long_schema_that_stands_twice_becomes_a_component_named_after_its_attribute() -> None:
    paths, components = shared_paths(operation(body(reason=REASON)), operation(body(reason=REASON, points={})))

    assert components["schemas"] == {"reason": REASON}
    shown = paths["/0"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert shown == body(reason={"$ref": "#/components/schemas/reason"})


def test_what_is_inside_of_a_shared_schema_is_no_component_of_its_own() -> None:
    data = body(reason=REASON)
    _, components = shared_paths(operation(body(data=data)), operation(body(data=data)))

    assert list(components["schemas"]) == ["0"], "the body as a whole"


def test_another_schema_of_that_name_has_a_number() -> None:
    other = {**REASON, "maxLength": 5}
    whole = body(first=body(reason=REASON), second=body(reason=other))
    _, components = shared_paths(operation(body(a=REASON, b=other)), operation(whole))

    assert sorted(components["schemas"]) == ["a", "b"]
    found, named = share({}, {"reason": body(reason=REASON), "Other": body(reason=REASON)})
    assert (found, list(named["schemas"])) == ({}, ["Other", "reason", "reason_2"])


def test_a_name_that_differs_in_capitals_only_is_taken() -> None:
    _, named = share({}, {"Reason": body(a=REASON), "Other": body(reason=REASON)})

    assert list(named["schemas"]) == ["Other", "Reason", "a"]
    _, named = share({}, {"Reason": body(reason=REASON), "Other": body(reason=REASON)})
    assert list(named["schemas"]) == ["Other", "Reason", "reason_2"]


def test_an_attribute_may_be_called_as_a_word_of_schemas() -> None:
    odd = body(items=REASON, properties=REASON, examples=REASON, parameters=REASON)
    _, components = shared_paths(operation(odd))

    assert components["schemas"] == {"items": REASON}


def test_a_parameter_is_shared_however_short_and_an_example_if_it_is_long() -> None:
    limit = {"name": "filter[a]", "in": "query"}
    told, short = {"value": {"schema": LONG}}, {"value": 1}
    _, components = shared_paths(
        operation({}, parameters=[limit], Told=told, Short=short),
        operation({}, parameters=[limit], Again=told, Short=short),
    )

    assert components["parameters"] == {"filter_a": limit}
    assert components["examples"] == {"Told": told}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from references(inner)


def test_whatever_the_description_refers_to_is_there_and_is_used() -> None:
    found = json.loads(json.dumps(document()))
    named = {reference.removeprefix("#/components/") for reference in references(found)}
    there = {f"{kind}/{name}" for kind in ("schemas", "parameters", "examples", "headers", "responses")
             for name in found["components"][kind]}  # fmt: skip

    assert named <= there
    # Those of the discriminator are named by its mapping as well.
    assert there - named == set()


# What generators of clients need: they leave out, without a word of it in the code, whatever they cannot make a class of.


def schemas_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from schemas_in(one)
    elif isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key not in {"example", "examples", "const", "default"}:
                yield from schemas_in(inner)


def kinds(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


def test_every_list_says_what_it_holds() -> None:
    assert [one for one in schemas_in(document()) if "array" in kinds(one) and "items" not in one] == []


def test_the_values_of_a_choice_are_of_one_type() -> None:
    choices = [one["enum"] for one in schemas_in(document()) if isinstance(one.get("enum"), list)]

    assert choices
    assert [values for values in choices if len({type(value) for value in values}) > 1] == []


def test_names_of_schemas_differ_in_more_than_capitals_and_signs() -> None:
    names = [re.sub("[^a-z0-9]", "", name.lower()) for name in document()["components"]["schemas"]]

    assert len(set(names)) == len(names)
