"""What `/entities` takes and answers, with examples that a test sends: of each type, what its room gives."""

from typing import Any

from loyalty.api.docs.describe import Example, Operation, Parameter, Schema
from loyalty.api.docs.shapes import WHOLE, later, list_of, or_empty, shape
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.contributions import contributed

from .pairs import EntityPair

_PART: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
TYPE = [
    Parameter("module", "The first half of the type, in any letter case.", _PART, example="tiers", place="path"),
    Parameter("entity", "The other half.", _PART, example="tier", place="path"),
]
ID = Parameter("entity_id", "The ID of the entity.", _PART, example="status", place="path")
PAGE = [
    Parameter(
        "limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT})
    ),
    Parameter(
        "offset", "How many to leave out.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET, "default": 0})
    ),
]


def _entity() -> Schema:
    return {"oneOf": [pair.schema for pair in contributed(EntityPair)]}


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"type": "BadRequestException", "code": code, "message": message}}


_NO_TYPE = Example(
    "A type that there is not",
    None,
    _error(350300, "Entity type does not exist"),
    path={"module": "tiers", "entity": "ladder"},
    status=400,
)


def _list_examples() -> list[Example]:
    return [
        *(
            Example(
                f"All of type {pair.type}",
                None,
                {"data": [pair.example]},
                path={"module": pair.module, "entity": pair.entity},
            )
            for pair in contributed(EntityPair)
        ),
        _NO_TYPE,
    ]


def _show_examples() -> list[Example]:
    unknown = Example("An unknown one", None, _error(0, "Entity not found"), path={"entity_id": "nothing"}, status=400)
    return [*(_shown(pair) for pair in contributed(EntityPair)), unknown]


def _shown(pair: EntityPair) -> Example:
    path = {"module": pair.module, "entity": pair.entity, "entity_id": str(pair.example["id"])}
    return Example(f"One of type {pair.type}", None, pair.example, path=path)


LIST = Operation(
    "List entities",
    shape("Entities", {"data": list_of(later(_entity))}),
    "All entities of a type, in the order of their IDs.",
    parameters=[*TYPE, *PAGE],
    refusals={
        400: "350300: there is no such type, or its module is off. 300121, 300123: `offset` or `limit`. 300122: any other"
        " parameter."
    },
    examples=_list_examples,
)
SHOW = Operation(
    "Show an entity",
    later(_entity),
    parameters=[*TYPE, ID],
    refusals={400: "350300: there is no such type, or its module is off. 0: there is no such entity."},
    examples=_show_examples,
)


def _writing(*names: str) -> list[EntityPair]:
    return [pair for pair in contributed(EntityPair) if any(getattr(pair.writes, name) for name in names)]


def _one_of(*schemas: Schema) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"oneOf": list(schemas)}


def _created() -> Schema:
    return _one_of(*(pair.writes.created for pair in _writing("create")))


def _create_body() -> Schema:
    return _one_of(*(pair.writes.create_body for pair in _writing("create")))


def _update_body() -> Schema:
    return _one_of(*(pair.writes.update_body for pair in _writing("update")))


def _create_examples() -> list[Example]:
    return [
        Example(name, body, answer, path={"module": pair.module, "entity": pair.entity})
        for pair in _writing("create")
        for name, body, answer in pair.writes.create_examples
    ]


def _update_examples() -> list[Example]:
    return [
        Example(name, body, answer, path=_path(pair))
        for pair in _writing("update")
        for name, body, answer in pair.writes.update_examples
    ]


def _path(pair: EntityPair) -> dict[str, str]:
    return {"module": pair.module, "entity": pair.entity, "entity_id": str(pair.example["id"])}


_NOT_WRITTEN = "300706: entities of the type are only read. 350300: there is no such type."
CREATE = Operation(
    "Create an entity",
    later(_created),
    parameters=TYPE,
    body=_create_body,
    refusals={400: f"{_NOT_WRITTEN} 0: a property that is missing or wrong."},
    examples=_create_examples,
)
UPDATE = Operation(
    "Change an entity",
    later(_entity),
    parameters=[*TYPE, ID],
    body=_update_body,
    refusals={
        400: f"{_NOT_WRITTEN} 0: there is no such entity, or a property is wrong; 300400: no such customer list."
    },
    examples=_update_examples,
)
DELETE = Operation(
    "Archive an entity",
    list_of({"type": "string"}),
    "For good, and only if it is inactive and nothing uses it.",
    parameters=[*TYPE, ID],
    refusals={400: f"{_NOT_WRITTEN} 0: it is not inactive, or is used. 300400: no such customer list."},
)
