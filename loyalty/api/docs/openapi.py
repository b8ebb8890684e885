"""The OpenAPI 3.1 description of the interface: what each view says of itself (`describe`), and what all have in common."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from .describe import Example, Operation, Parameter, Schema
from .forms import FORM, with_brackets
from .responses import HEADERS, ON_ANSWERS, PARAMETERS, RESPONSES, SECURITY, common_statuses, envelopes, headers_of
from .shapes import LATER
from .sharing import share

JSON = "application/json"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# How parameters of a route are called on the wire.
PATH_NAMES = {"public_id": "customer_id"}
_VARIABLE = re.compile(r"{(\w+)}")


class Endpoints(EndpointEnumerator):
    """The routes of API views; those of pages are no views of REST framework."""

    def get_path_from_regex(self, path_regex: str) -> str:
        path: str = super().get_path_from_regex(path_regex)
        return _VARIABLE.sub(lambda found: f"{{{PATH_NAMES.get(found[1], found[1])}}}", path)


class Described(AutoSchema):
    """Of a view: its `operations`, in place of what could be guessed from serializers. Without one, nothing is said."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        view: Any = self.view
        found: Operation | None = view.operations.get(method.lower())
        tag, once = str(view.api.label), not view.changes_nothing
        return operation(found, path, method, view.generation, tag, once=once) if found else None


class Generator(SchemaGenerator):
    endpoint_inspector_cls = Endpoints

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
        found = super().get_schema(request, public)
        schemas: dict[str, Any] = dict(envelopes())
        paths, shared = share(_hoisted(found["paths"], schemas), schemas)
        common = {
            **shared,
            "responses": _used(RESPONSES, paths),
            "headers": HEADERS,
            "parameters": {**PARAMETERS, **shared["parameters"]},
            "securitySchemes": SECURITY,
        }
        security: list[dict[str, list[str]]] = [{name: []} for name in SECURITY]
        told = with_brackets(paths, shared["schemas"])
        return {**found, "security": security, "paths": told, "components": common}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole description; it changes with the code only."""
    found: dict[str, Any] = Generator().get_schema(public=True)
    return found


def operation(
    described: Operation, path: str, method: str, generation: str, tag: str, *, once: bool = True
) -> dict[str, Any]:
    """`once`: if it is a write, it is carried out once (`loyalty.api.once`)."""
    once = once and method in WRITES
    found: dict[str, Any] = {
        "operationId": operation_id(path, method),
        "tags": [tag],
        "summary": described.summary,
        "description": described.description,
        "parameters": [*_parameters(described, path), *_common_parameters(once=once)],
        "responses": _responses(described, method, generation, once=once),
    }
    body = described.body_schema
    if body is not None:
        found["requestBody"] = _body(described, body)
    return {name: value for name, value in found.items() if value != ""}


def operation_id(path: str, method: str) -> str:
    """`post-customers-customer_id-merge`; also the anchor on the reference page."""
    parts = [part.strip("{}") for part in path.strip("/").split("/") if part not in ("", "-")]
    return "-".join([method.lower(), *parts])


def _parameters(described: Operation, path: str) -> Iterator[dict[str, Any]]:
    given = {(one.place, one.name) for one in described.all_parameters}
    missing = [name for name in _VARIABLE.findall(path) if ("path", name) not in given]
    if missing:
        raise LookupError(f"{path}: describe the parameter {missing[0]} of the path")
    for one in described.all_parameters:
        yield _parameter(one)


def _parameter(one: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.name,
        "in": one.place,
        "description": str(one.description),
        "schema": one.schema,
    }
    if one.required or one.place == "path":
        found["required"] = True
    return found if one.example is None else {**found, "example": one.example}


def _common_parameters(*, once: bool) -> Sequence[dict[str, str]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in PARAMETERS] if once else []


def _body(described: Operation, schema: Schema) -> dict[str, Any]:
    content: dict[str, Any] = {media_type: {"schema": schema} for media_type in (JSON, FORM)}
    examples = {one.name: {"value": one.body} for one in described.all_examples if one.body is not None}
    if examples:
        content[JSON]["examples"] = examples
    return {"required": _needs_something(schema), "content": content}


def _needs_something(schema: Schema) -> bool:
    """Whether nothing, which is read as an object without anything in it, is too little."""
    if LATER in schema:
        return _needs_something(schema[LATER]())
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return bool(schema.get("required") or (choices and all(map(_needs_something, choices))))


def _responses(described: Operation, method: str, generation: str, *, once: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"200": _answer(described, once=once)}
    sent = (example.status for example in described.all_examples if example.status != 200)
    common = common_statuses(has_body=method in WRITES, once=once)
    statuses = {*common, *described.refusals, *described.answers, *sent}
    for status in sorted(statuses):
        text = described.refusals.get(status)
        examples = _examples(described.all_examples, status)
        name = f"{GENERATION_NAMES[generation]}{status}"
        if status in described.answers:
            found[str(status)] = _told(described.answers[status], text or "Done", examples)
        elif not examples:
            # What stands beside a reference is said in place of its own.
            found[str(status)] = {"$ref": f"#/components/responses/{name}", **({"description": text} if text else {})}
        else:
            found[str(status)] = _refusal(RESPONSES[name], text, examples)
    return found


GENERATION_NAMES = {"legacy": "Error", "versioned": "VersionedError", "read": "ReadError"}


def _answer(described: Operation, *, once: bool) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": described.answer}}
    if examples := _examples(described.all_examples, 200):
        content[JSON]["examples"] = examples
    content |= {media_type: {"schema": schema} for media_type, schema in described.other_answers.items()}
    headers = headers_of(*ON_ANSWERS, *(["Idempotent-Replayed"] if once else []))
    return {"description": "Done", "headers": headers, "content": content}


def _examples(examples: Sequence[Example], status: int) -> dict[str, Any]:
    return {one.name: {"value": one.answer} for one in examples if one.status == status}


def _told(schema: Schema, text: str, examples: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": text,
        "headers": headers_of(*ON_ANSWERS),
        "content": {JSON: {"schema": schema, "examples": examples}},
    }


def _refusal(common: Mapping[str, Any], text: str | None, examples: Mapping[str, Any]) -> dict[str, Any]:
    content = {JSON: {**common["content"][JSON], **({"examples": examples} if examples else {})}}
    return {**common, "description": text or common["description"], "content": content}


def _hoisted(value: Any, schemas: dict[str, Any]) -> Any:
    """The value with every titled schema in it replaced by a reference to a component of that name.

    Raises ValueError for two different schemas of one title.
    """
    if isinstance(value, list | tuple):
        return [_hoisted(one, schemas) for one in value]
    if not isinstance(value, Mapping):
        return value
    if LATER in value:
        return _hoisted(value[LATER](), schemas)
    found = {name: _hoisted(inner, schemas) if name != "examples" else inner for name, inner in value.items()}
    if not isinstance(found.get("title"), str) or ("type" not in found and "oneOf" not in found):
        return found
    name = re.sub(r"\W", "", found["title"])
    if schemas.setdefault(name, found) != found:
        raise ValueError(f"Two different schemas have the title {found['title']}")
    return {"$ref": f"#/components/schemas/{name}"}


def _used(responses: Mapping[str, Any], paths: Mapping[str, Any]) -> dict[str, Any]:
    """Those that an operation names."""
    text = json.dumps(paths)
    return {name: told for name, told in responses.items() if f'"#/components/responses/{name}"' in text}
