"""The description of the interface as its reference pages show it."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, urlencode

from loyalty.api.keys.enums import Api

from .describe import Example, Operation, Schema
from .openapi import JSON, Endpoints, document, operation_id

_TONES = {"GET": "blue", "POST": "green", "PUT": "amber", "PATCH": "amber", "DELETE": "red"}
_UNITS = {"string": "characters", "array": "items"}


@dataclass(frozen=True)
class Field:
    """A parameter, or an attribute of a body or an answer, with those inside of it.

    Of what is sent, one that must come is required; of what is answered, one that need not come is optional.
    """

    name: str
    type: str
    description: str = ""
    is_required: bool = False
    is_optional: bool = False
    values: Sequence[str] = ()
    limits: str = ""
    place: str = ""
    fields: Sequence["Field"] = ()


@dataclass(frozen=True)
class Refusal:
    status: str
    description: str


@dataclass(frozen=True)
class Sample:
    name: str
    status: int
    request: str
    answer: str


@dataclass(frozen=True)
class Page:
    """One operation."""

    id: str
    group: str
    method: str
    tone: str
    path: str
    summary: str
    description: str
    parameters: Sequence[Field]
    body: Field | None
    answer: Field
    refusals: Sequence[Refusal]
    samples: Sequence[Sample]
    is_own: bool


@lru_cache(maxsize=1)
def pages() -> Mapping[str, Page]:
    """By their IDs, group by group, in the order of their paths."""
    order = [str(api.label) for api in Api]
    found = sorted(_pages(), key=lambda page: (order.index(page.group), page.path, page.method))
    return {page.id: page for page in found}


def groups() -> Mapping[str, Sequence[Page]]:
    names = dict.fromkeys(page.group for page in pages().values())
    return {name: [page for page in pages().values() if page.group == name] for name in names}


def _pages() -> Iterator[Page]:
    for path, _, method, callback in Endpoints().get_api_endpoints():
        described: Operation | None = callback.cls.operations.get(method.lower())
        if described:
            yield _page(path, method, described)


def _page(path: str, method: str, described: Operation) -> Page:
    told = document()["paths"][path][method.lower()]
    body = told.get("requestBody")
    return Page(
        id=operation_id(path, method),
        group=told["tags"][0],
        method=method,
        tone=_TONES[method],
        path=path,
        summary=described.summary,
        description=described.description,
        parameters=[_parameter(_resolved(one)) for one in told["parameters"]],
        body=field_of("", body["content"][JSON]["schema"]) if body else None,
        answer=field_of("", told["responses"]["200"]["content"][JSON]["schema"], is_answer=True),
        refusals=list(_refusals(told["responses"])),
        samples=[_sample(path, method, described, example) for example in described.all_examples],
        is_own=described.is_own,
    )


def _resolved(value: Schema) -> Schema:
    if "$ref" not in value:
        return value
    _, _, kind, name = value["$ref"].split("/")
    found: Schema = document()["components"][kind][name]
    return found


def _parameter(told: Schema) -> Field:
    found = field_of(told["name"], told["schema"], is_required=told.get("required", False))
    return replace(found, description=told["description"], place=told["in"])


def _refusals(responses: Mapping[str, Schema]) -> Iterator[Refusal]:
    for status, told in responses.items():
        if status != "200":
            yield Refusal(status, told.get("description") or _resolved(told)["description"])


def field_of(name: str, schema: Schema, *, is_required: bool = True, is_answer: bool = False) -> Field:
    """The attribute of that schema; an object's own attributes, and those of a list's items, are its fields."""
    schema = _resolved(schema)
    return Field(
        name,
        type_of(schema),
        schema.get("description", ""),
        is_required=is_required and not is_answer,
        is_optional=is_answer and not is_required,
        values=[str(value) for value in schema.get("enum", ())],
        limits=_limits(schema),
        fields=list(_inner(schema, is_answer=is_answer)),
    )


def _inner(schema: Schema, *, is_answer: bool) -> Iterator[Field]:
    schema = _resolved(schema)
    if "discriminator" in schema:
        yield from _shared(schema)
        return
    required = schema.get("required", ())
    for name, inner in schema.get("properties", {}).items():
        yield field_of(name, inner, is_required=name in required, is_answer=is_answer)
    if "items" in schema:
        yield from _inner(schema["items"], is_answer=is_answer)
    if isinstance(extra := schema.get("additionalProperties"), Mapping):
        yield field_of("<name>", extra, is_required=is_answer, is_answer=is_answer)
    for option in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if _resolved(option).get("properties"):
            yield field_of("", option, is_required=is_answer, is_answer=is_answer)


def _shared(schema: Schema) -> Iterator[Field]:
    """Of a body that has a schema for each action: what the last one says, which is of any, and what others add."""
    options = [_resolved(option) for option in reversed(schema["oneOf"])]
    fields: dict[str, Schema] = {}
    for option in options:
        fields |= {name: inner for name, inner in option["properties"].items() if name not in fields}
    for name, inner in fields.items():
        yield field_of(name, inner, is_required=name in options[0]["required"])


@dataclass(frozen=True)
class ActionTable:
    """What one action takes."""

    name: str
    description: str
    fields: Sequence[Field]


@lru_cache(maxsize=1)
def actions() -> Sequence[ActionTable]:
    """Those that can be sent, in the order in which the description has them."""
    variants = document()["components"]["schemas"]["Event"]["discriminator"]["mapping"]
    return [_action(name, _resolved({"$ref": place})) for name, place in variants.items()]


def _action(name: str, event: Schema) -> ActionTable:
    data = field_of("data", event["properties"]["data"])
    return ActionTable(name, event.get("description", ""), data.fields)


def type_of(schema: Schema) -> str:
    """`text, date`, `number or null`, `list of Item`."""
    schema = _resolved(schema)
    if "discriminator" in schema:
        return str(schema["title"])
    if "oneOf" in schema:
        return " or ".join(type_of(option) for option in schema["oneOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    kinds = schema.get("type", "anything")
    return " or ".join(_kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _kind(kind: str, schema: Schema) -> str:
    if kind == "array":
        inner = _resolved(schema.get("items", {}))
        return f"list of {inner.get('title') or type_of(inner)}"
    if kind == "string":
        formats = [part["format"] for part in (schema, *schema.get("anyOf", ())) if "format" in part]
        return {"date": "date", "date-time": "time", "uuid": "UUID"}.get(formats[0] if formats else "", "text")
    if kind == "object":
        return str(schema.get("title", "object"))
    return {"integer": "whole number", "boolean": "true or false"}.get(kind, kind)


def _limits(schema: Schema) -> str:
    kinds = schema.get("type", "")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    unit = _UNITS.get(kind, "")
    least = schema.get("minimum", schema.get("minLength", schema.get("minItems")))
    most = schema.get("maximum", schema.get("maxLength", schema.get("maxItems")))
    match least, most:
        case None, None:
            return ""
        case _, None:
            # One character is what "required" says anyway.
            return "" if unit and least == 1 else f"at least {least} {unit}".strip()
        case None, _:
            return f"at most {most} {unit}".strip()
    return f"{least} to {most} {unit}".strip()


def _sample(path: str, method: str, described: Operation, example: Example) -> Sample:
    values = {one.name: one.example for one in described.all_parameters if one.place == "path"} | dict(example.path)
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=":"))
    answer = json.dumps(example.answer, indent=2, ensure_ascii=False)
    return Sample(example.name, example.status, curl(method, path, example), answer)


def curl(method: str, path: str, example: Example) -> str:
    """The request as a command of the shell, with the address and the key from its environment."""
    query = f"{urlencode(example.query)}&" if example.query else ""
    url = f'"$LOYALTY_URL{path}?{query}api_key=$LOYALTY_KEY"'
    if example.body is None:
        return f"curl {'' if method == 'GET' else f'-X {method} '}{url}"
    body = shlex.quote(json.dumps(example.body, indent=2, ensure_ascii=False))
    return f"curl -X {method} {url} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}"
