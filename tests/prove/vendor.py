"""The vendor's published OpenAPI files, which stand beside this repository and are not copied into it.

`deviations` compares an answer of ours with the schema of an operation: what the schema forbids, what it names and the
answer lacks (`missing`), and what the answer has and it does not name (`unknown`). The schemas require next to nothing,
so without the last two an answer with every name misspelt would be valid.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft4Validator, FormatChecker

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "openapi"
METHODS = ("get", "put", "post", "patch", "delete")
needs_files = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="The vendor's OpenAPI files are not there: expected in ../shared/openapi"
)


class Operation(NamedTuple):
    file: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class _Loader(yaml.SafeLoader):
    """Dates stay the texts that they are on the wire."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_formats = FormatChecker(formats=())


@_formats.checks("date-time")
def _is_instant(value: object) -> bool:
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return not isinstance(value, str) or bool(re.fullmatch(pattern, value))


@_formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(dt.datetime.strptime(value, "%Y-%m-%d"))


@cache
def document(file: str) -> Any:
    return _as_json_schema(yaml.load((FOLDER / file).read_text(), Loader=_Loader))


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 as draft 4: `nullable` becomes a type, PHP's delimiters of a pattern go."""
    if isinstance(node, list):
        return [_as_json_schema(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    found = {str(name): _as_json_schema(inner) for name, inner in node.items()}
    if found.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    if isinstance(pattern := found.get("pattern"), str):
        found["pattern"] = pattern.strip("/")
    return found


def operations() -> list[Operation]:
    """All of them, in the order of the files."""
    return [
        Operation(path.name, method.upper(), address)
        for path in sorted(FOLDER.glob("*.yml"))
        for address, methods in document(path.name)["paths"].items()
        for method in methods
        if method in METHODS
    ]


def sent(operation: Operation) -> dict[str, Any]:
    """The vendor's own examples of a request body, by name."""
    content = _of(operation).get("requestBody", {}).get("content", {})
    return _examples(next(iter(content.values()), {}))


def answered(operation: Operation, status: int = 200) -> dict[str, Any]:
    """The vendor's own examples of an answer, by name."""
    return _examples(_answer(operation, status))


def deviations(operation: Operation, answer: Any, status: int = 200) -> set[str]:
    """How an answer differs from the schema, as `events.*.points: type`; `*` is any element of a list."""
    return set(_differences(operation.file, _answer(operation, status).get("schema", {}), answer, is_ours=True))


def request_deviations(operation: Operation, body: Any) -> set[str]:
    """How a request body differs from the schema; names that come or lack are the sender's choice."""
    content = next(iter(_of(operation)["requestBody"]["content"].values()))
    return set(_differences(operation.file, content["schema"], body, is_ours=False))


def assert_only(found: set[str], known: Mapping[str, str]) -> None:
    """`known`: deviation -> reason. One that is not listed fails, and so does one that is no more."""
    lines = [f"not listed: {line}" for line in sorted(found - set(known))]
    lines += [f"listed, but gone: {line}" for line in sorted(set(known) - found)]
    assert not lines, "\n".join(lines)


def _of(operation: Operation) -> Any:
    return _resolved(operation.file, document(operation.file)["paths"][operation.path][operation.method.lower()])


def _answer(operation: Operation, status: int) -> Any:
    answers = _of(operation)["responses"]
    content = _resolved(operation.file, answers[str(status)]).get("content", {})
    return next(iter(content.values()), {})


def _examples(media: Any) -> dict[str, Any]:
    named = {name: example["value"] for name, example in media.get("examples", {}).items() if "value" in example}
    return named or ({"example": media["example"]} if "example" in media else {})


def _resolved(file: str, node: Any) -> Any:
    """The node, or what its `$ref` points at."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document(file)
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _differences(file: str, schema: Any, value: Any, *, is_ours: bool) -> Iterator[str]:
    whole = {"components": document(file).get("components", {}), "allOf": [schema]}
    for error in Draft4Validator(whole, format_checker=_formats).iter_errors(value):
        yield f"{_place(error.absolute_path)}: {error.validator}"
    if is_ours:
        yield from _names(file, schema, value, ())


def _place(way: Any) -> str:
    return ".".join("*" if isinstance(step, int) else str(step) for step in way) or "$"


def _names(file: str, schema: Any, value: Any, way: tuple[Any, ...]) -> Iterator[str]:
    """What is missing and what is unknown, all the way down."""
    schema = _chosen(file, schema, value)
    if isinstance(value, list):
        for element in value:
            yield from _names(file, schema.get("items", {}), element, (*way, 0))
    elif isinstance(value, dict) and (named := schema.get("properties")):
        other = schema.get("additionalProperties")
        for name in sorted(named.keys() | value.keys()):
            if name not in value:
                yield f"{_place((*way, name))}: missing"
            elif name in named:
                yield from _names(file, named[name], value[name], (*way, name))
            elif not other:
                yield f"{_place((*way, name))}: unknown"
            elif isinstance(other, dict):
                yield from _names(file, other, value[name], (*way, name))
    elif isinstance(value, dict) and isinstance(inner := schema.get("additionalProperties"), dict):
        for element in value.values():
            yield from _names(file, inner, element, (*way, 0))


def _chosen(file: str, schema: Any, value: Any) -> Any:
    """The schema with its `$ref`, `allOf` and the fitting one of its alternatives put together."""
    schema = _resolved(file, schema)
    parts = [_chosen(file, part, value) for part in schema.get("allOf", ())]
    for kind in ("oneOf", "anyOf"):
        fitting = [one for one in schema.get(kind, ()) if not list(_differences(file, one, value, is_ours=False))]
        parts += [_chosen(file, one, value) for one in fitting[:1]]
    merged = dict(schema)
    for part in parts:
        merged |= {**part, "properties": {**merged.get("properties", {}), **part.get("properties", {})}}
    return merged
