"""The program file: read, checked against its JSON Schema, laid over the programme as it is, compared. All pure."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from .section import Document, Invalid, Key, Path, Problem, Schema, Section

MAX_BYTES = 700_000
MAX_ITEMS = 1_000
SCHEMA_KEY = "$schema"
SCHEMA_FILE = "program.schema.json"
# What the database's integers hold: limits of bonuses go as far.
_LARGEST = 2**63 - 1


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


@dataclass(frozen=True)
class Change:
    """What a file changes: `old` or `new` is MISSING where there is nothing."""

    path: Path
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.place}: {self.before} → {self.after}"

    @property
    def place(self) -> str:
        return shown_path(self.path)

    @property
    def before(self) -> str:
        return shown(self.old)

    @property
    def after(self) -> str:
        return shown(self.new)


def shown(value: Any) -> str:
    return repr(value) if value is MISSING else json.dumps(value, ensure_ascii=False)


def shown_path(path: Path) -> str:
    """`accounts[1].expiry.after`; items that are named by their key: `accounts[main].name`."""
    first, *rest = path or ("the file",)
    return str(first) + "".join(f"[{part}]" if isinstance(part, int | Key) else f".{part}" for part in rest)


# Reading and writing


def read_document(content: bytes) -> dict[str, Any]:
    """The object in a file. Raises Invalid naming the place of what cannot be read or stored."""
    if len(content) > MAX_BYTES:
        raise Invalid([("the file", f"is larger than {MAX_BYTES:,} bytes")])
    try:
        found = json.loads(
            content, object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        raise Invalid([("the file", f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}")]) from None
    except UnicodeDecodeError as error:
        raise Invalid([("the file", f"is not UTF-8: see byte {error.start + 1}")]) from None
    except RecursionError:
        raise Invalid([("the file", "is nested too deep")]) from None
    if not isinstance(found, dict):
        raise Invalid([("the file", "must be an object {…}")])
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid([("the file", f"has the name {twice!r} twice in one object")])
    return found


def _number(digits: str) -> int | float:
    """JSON knows one kind of number: 12.0 is a whole one."""
    exact = Decimal(digits)
    if abs(exact) > _LARGEST:
        raise Invalid([("the file", f"has a number beyond {_LARGEST}: {digits[:30]}")])
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _no_number(name: str) -> float:
    raise Invalid([("the file", f"has {name}, which is not a JSON number")])


def written(document: Document, sections: Sequence[Section]) -> str:
    """The file: sections and fields in the order of the schema."""
    known = [section for section in sections if section.name in document]
    arranged = {section.name: _arranged(_whole_schema(section), document[section.name]) for section in known}
    return json.dumps({SCHEMA_KEY: SCHEMA_FILE, **arranged}, ensure_ascii=False, indent=2) + "\n"


def _arranged(schema: Schema, value: Any) -> Any:
    if isinstance(value, list):
        return [_arranged(schema.get("items", {}), item) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    names = [name for name in known if name in value] + sorted(value.keys() - known.keys())
    return {name: _arranged(known.get(name, {}), value[name]) for name in names}


# The schema


def schema_of(sections: Sequence[Section]) -> Schema:
    """The published JSON Schema (2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Loyalty programme",
        "description": "What the engine runs under. Whatever a file leaves out stays as it is.",
        "type": "object",
        "properties": {
            SCHEMA_KEY: {"type": "string"},
            **{section.name: _whole_schema(section) for section in sections},
        },
        "additionalProperties": False,
    }


def _whole_schema(section: Section) -> Schema:
    if section.key is None:
        return section.fields
    kept = "Items that a file leaves out are deleted." if section.replaces else "Items that a file leaves out stay."
    return {"type": "array", "items": section.fields, "maxItems": MAX_ITEMS, "description": kept}


def _matches(validator: Any, pattern: str, value: Any, schema: Schema) -> Iterator[ValidationError]:
    """The whole text, as everywhere but in Python, where `$` also stands before a last line break."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError("pattern")


_Validator: Any = extend(Draft202012Validator, {"pattern": _matches})


def schema_problems(given: Document, sections: Sequence[Section]) -> list[Problem]:
    found = dict.fromkeys(
        problem for error in _Validator(schema_of(sections)).iter_errors(given) for problem in _told(error)
    )
    return list(found) or list(_unstorable((), given))


def _told(error: ValidationError) -> Iterator[Problem]:
    path, schema, value = tuple(error.absolute_path), error.schema, error.instance
    if "propertyNames" in error.relative_schema_path:
        yield Problem((*path, str(value)), f"must be named by {_expected(schema)}")
    elif error.validator == "required":
        yield from (Problem((*path, name), "is missing") for name in schema["required"] if name not in value)
    elif error.validator == "additionalProperties":
        unknown = value.keys() - schema.get("properties", {}).keys()
        yield from (Problem((*path, name), "is not known here") for name in sorted(unknown))
    elif error.validator == "uniqueItems":
        yield Problem(path, "must not have the same twice")
    elif error.validator == "not":
        yield Problem(path, "does not go with the other fields here")
    else:
        yield Problem(path, f"must be {_expected(schema)}")


def _expected(schema: Schema) -> str:
    """What a value should have been, as the end of a sentence."""
    if "title" in schema:
        return str(schema["title"])
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(value) for value in schema["enum"])
    kinds = schema.get("type", "object")
    kind, *others = kinds if isinstance(kinds, list) else [kinds]
    return _kind(kind, schema) + (", or null" if others else "")


def _kind(kind: str, schema: Schema) -> str:
    if kind == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if kind == "string" and "maxLength" in schema:
        return f"a text of {schema.get('minLength', 0)} to {schema['maxLength']} characters"
    if kind == "array" and "maxItems" in schema:
        least = f"{schema['minItems']} to" if schema.get("minItems") else "at most"
        return f"a list of {least} {schema['maxItems']} items"
    return {"string": "a text", "boolean": "true or false", "array": "a list […]"}.get(kind, "an object {…}")


def _unstorable(path: Path, value: Any) -> Iterator[Problem]:
    """Recursive, which is safe: the schema has settled the depth."""
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= char <= "\udfff" for char in value)):
        yield Problem(path, "has a character that cannot be stored")
    elif isinstance(value, dict):
        yield from (
            found
            for name, inner in value.items()
            for part in (name, inner)
            for found in _unstorable((*path, name), part)
        )
    elif isinstance(value, list):
        yield from (found for place, inner in enumerate(value) for found in _unstorable((*path, place), inner))


# Over what is there


def merged(given: Document, current: Document, sections: Sequence[Section]) -> dict[str, Any]:
    """The programme as it would be. Raises Invalid naming each wrong field of `given` by its path."""
    problems = schema_problems(given, sections) or list(_repeated(given, sections))
    problems = problems or list(_incomplete(given, current, sections))
    if not problems:
        wanted = {section.name: _section(section, given, current) for section in sections}
        problems = [problem for section in sections for problem in section.check(wanted, current)]
        if not problems:
            return wanted
    raise Invalid((shown_path(_placed(problem.path, given, sections)), problem.message) for problem in problems)


def _repeated(given: Document, sections: Sequence[Section]) -> Iterator[Problem]:
    for section in sections:
        places: dict[str, int] = {}
        for place, item in enumerate(given.get(section.name, []) if section.key else []):
            first = places.setdefault(item[section.key], place)
            if first != place:
                yield Problem((section.name, place, section.key or ""), f"is that of {section.name}[{first}] too")


def _incomplete(given: Document, current: Document, sections: Sequence[Section]) -> Iterator[Problem]:
    """A new item must name what has no default."""
    for section in sections:
        known = {item[section.key] for item in current[section.name]} if section.key and not section.replaces else set()
        for place, item in enumerate(given.get(section.name, []) if section.key else []):
            missing = section.fields["properties"].keys() - defaults(section.fields).keys() - item.keys()
            if item[section.key] not in known:
                yield from (Problem((section.name, place, name), "is missing") for name in sorted(missing))


def _section(section: Section, given: Document, current: Document) -> Any:
    """Fields are taken as a whole: a list or an object in the file replaces the one that is there."""
    if section.name not in given:
        return current[section.name]
    if section.key is None:
        return section.tidy({**current[section.name], **given[section.name]})
    items = {} if section.replaces else {item[section.key]: item for item in current[section.name]}
    for item in given[section.name]:
        before = items.get(item[section.key]) or defaults(section.fields)
        items[item[section.key]] = section.tidy({**before, **item})
    return [items[key] for key in sorted(items)]


def defaults(schema: Schema) -> dict[str, Any]:
    return {name: field["default"] for name, field in schema["properties"].items() if "default" in field}


def _placed(path: Path, given: Document, sections: Iterable[Section]) -> Path:
    """The path with the item's place in the file instead of its key, if it is in the file."""
    if len(path) < 2 or not isinstance(path[1], Key):
        return path
    key = next(section.key for section in sections if section.name == path[0])
    places = [place for place, item in enumerate(given.get(str(path[0]), [])) if item[key] == path[1]]
    return (path[0], *places, *path[2:]) if places else path


def left_out(given: Document, current: Document, sections: Iterable[Section]) -> list[Path]:
    """Items that are there and not in the file, whose section is: they stay."""
    return [
        (section.name, Key(key))
        for section in sections
        if section.key and not section.replaces and section.name in given
        for key in (item[section.key] for item in current[section.name])
        if key not in {item[section.key] for item in given[section.name]}
    ]


def differences(old: Document, new: Document, sections: Iterable[Section]) -> list[Change]:
    return [
        change
        for section in sections
        for change in _compare(
            (section.name,), old.get(section.name, MISSING), new.get(section.name, MISSING), section.key
        )
    ]


def _compare(path: Path, old: Any, new: Any, key: str | None = None) -> Iterator[Change]:
    if key and isinstance(old, list) and isinstance(new, list):
        old, new = ({Key(item[key]): item for item in items} for items in (old, new))
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            yield from _compare((*path, name), old.get(name, MISSING), new.get(name, MISSING))
    else:
        yield Change(path, old, new)
