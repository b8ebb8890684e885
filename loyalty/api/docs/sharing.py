"""What the description says in several places is said once, as a component, and named where it stood. Pure.

Schemas, parameters and examples of the same text are the same. A component has the name of the attribute, the parameter or
the example that was first; another of that name, in capitals or not, is `name_2`: generators of clients make a class of each.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

Visit = Callable[[str, str, Any], Any]
Key = tuple[str, str]  # kind and text

# Kinds of components, and what is too short to be shared: the reference to it would be no shorter. A parameter always is.
SHORTEST = {"schemas": 100, "parameters": 0, "examples": 100}
_NO_WORD = re.compile(r"[^\w.]+")
_SCHEMA = frozenset({"schema", "items", "additionalProperties"})
_VALUES = frozenset({"example", "enum", "const", "default"})


def share(parts: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """`parts` with a reference in place of what stands in them, or in the components `schemas`, more than once; and all
    components by their kinds."""
    counted = _count(parts, schemas)
    shared: dict[str, dict[str, Any]] = {kind: {} for kind in SHORTEST}
    names: dict[Key, str] = {}

    def visit(kind: str, name: str, one: Any) -> Any:
        key = (kind, json.dumps(one))
        if "$ref" in one:
            return one
        if counted[key] == 1 or len(key[1]) < SHORTEST[kind]:
            return _inside(kind, name, one, visit)
        if key not in names:
            names[key] = _free_name(name, {*shared[kind], *(schemas if kind == "schemas" else ())})
            shared[kind][names[key]] = {}  # holds the name while what is inside takes others
            shared[kind][names[key]] = _inside(kind, name, one, visit)
        return {"$ref": f"#/components/{kind}/{names[key]}"}

    found = {name: _mapped(part, name, visit) for name, part in parts.items()}
    named = {name: _mapped(schema, name, visit) for name, schema in schemas.items()}
    return found, {**shared, "schemas": dict(sorted({**named, **shared["schemas"]}.items()))}


def _count(parts: Mapping[str, Any], schemas: Mapping[str, Any]) -> Counter[Key]:
    """How many places name each, if each is said once: what is inside of a repeated one is counted once."""
    counted: Counter[Key] = Counter()

    def visit(kind: str, name: str, one: Any) -> Any:
        key = (kind, json.dumps(one))
        counted[key] += 1
        if counted[key] == 1:
            _inside(kind, name, one, visit)
        return one

    for name, part in {**parts, **schemas}.items():
        _mapped(part, name, visit)
    return counted


def _free_name(wanted: str, taken: set[str]) -> str:
    name, lowered = _NO_WORD.sub("_", wanted).strip("_"), {one.lower() for one in taken}
    numbered = (f"{name}_{number}" for number in count(2))
    return name if name.lower() not in lowered else next(one for one in numbered if one.lower() not in lowered)


def _inside(kind: str, name: str, one: Any, visit: Visit) -> Any:
    return one if kind == "examples" else _mapped(one, name, visit)


def _mapped(node: Any, name: str, visit: Visit) -> Any:
    """A copy with what `visit` makes of each schema, parameter and example in it, by its kind and name; it is asked for
    the outermost ones, and not for what is inside of these."""
    if isinstance(node, list | tuple):
        return [_mapped(one, name, visit) for one in node]
    if not isinstance(node, Mapping):
        return node
    return {key: _part(key, inner, name, visit) for key, inner in node.items()}


def _part(key: str, inner: Any, name: str, visit: Visit) -> Any:
    if key in _VALUES:
        return inner
    if key in _SCHEMA and isinstance(inner, Mapping):
        return visit("schemas", name, inner)
    if key == "oneOf":
        return [visit("schemas", name, one) for one in inner]
    if key == "properties":
        return {one: visit("schemas", one, schema) for one, schema in inner.items()}
    if key == "parameters":
        return [visit("parameters", one.get("name", ""), one) for one in inner]
    if key == "examples":
        # Those of a schema are a list of values.
        return (
            {one: visit("examples", one, value) for one, value in inner.items()}
            if isinstance(inner, Mapping)
            else inner
        )
    return _mapped(inner, name, visit)
