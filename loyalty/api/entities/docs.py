"""What `/entities` takes and answers, with examples that a test sends: of each type, what its room gives."""

from collections.abc import Iterable, Sequence
from typing import Any

from loyalty.api.docs.describe import Example, Operation, Parameter, Schema
from loyalty.api.docs.shapes import (
    TEXT,
    WHOLE,
    described,
    later,
    list_of,
    one_of,
    or_empty,
    request_body,
    shape,
)
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.contributions import contributed

from .pairs import EntityPair

_PART: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 400}


def _address(module: str, entity: str, entity_id: str = "") -> list[Parameter]:
    """The parameters of a path, with an example for which it works."""
    found = [
        Parameter("module", "The first half of the type, in any letter case.", _PART, example=module, place="path"),
        Parameter("entity", "The other half.", _PART, example=entity, place="path"),
    ]
    named = Parameter("entity_id", "The ID of the entity.", _ID, example=entity_id, place="path")
    return [*found, named] if entity_id else found


TYPE = _address("tiers", "tier")
PAGE = [
    Parameter(
        "limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT})
    ),
    Parameter(
        "offset", "How many to leave out.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET, "default": 0})
    ),
]


def _entity() -> Schema:
    return {"title": "Entity", "oneOf": [pair.schema for pair in contributed(EntityPair)]}


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
    """Of one type: each is shown below as one of it."""
    pair = contributed(EntityPair)[0]
    path = {"module": pair.module, "entity": pair.entity}
    shown = Example(f"All of type {pair.type}", None, {"data": [pair.sample]}, path=path)
    return [shown, _NO_TYPE]


def _show_examples() -> list[Example]:
    unknown = Example("An unknown one", None, _error(0, "Entity not found"), path={"entity_id": "nothing"}, status=400)
    return [*(_shown(pair) for pair in contributed(EntityPair)), unknown]


def _shown(pair: EntityPair) -> Example:
    path = {"module": pair.module, "entity": pair.entity, "entity_id": str(pair.sample["id"])}
    return Example(f"One of type {pair.type}", None, pair.sample, path=path)


def _list_parameters() -> list[Parameter]:
    """What of any type is searchable, each once."""
    named: dict[str, list[EntityPair]] = {}
    for pair in contributed(EntityPair):
        for name in pair.searchable:
            named.setdefault(name, []).append(pair)
    return [*TYPE, *PAGE, *(_search(name, pairs) for name, pairs in named.items())]


def _search(name: str, pairs: Sequence[EntityPair]) -> Parameter:
    return Parameter(
        name, f"Exactly this; of {', '.join(pair.type for pair in pairs)}.", example=pairs[0].searchable[name]
    )


LIST = Operation(
    "List entities",
    shape("Entities", {"data": list_of(later(_entity))}),
    "All entities of a type, in the order of their IDs; customers and transactions in the order in which they came.",
    parameters=_list_parameters,
    refusals={
        400: "350300: there is no such type, or its module is off. 300706: it is never shown. 300121, 300123: `offset` or"
        " `limit`. 300122: what is not searchable. 403: the key lacks a scope that the type needs beside `entities`."
    },
    examples=_list_examples,
)
SHOW = Operation(
    "Show an entity",
    later(_entity),
    parameters=_address("tiers", "tier", "status"),
    refusals={
        400: "350300: there is no such type, or its module is off. 300706: it is never shown. 0: there is no such entity."
    },
    examples=_show_examples,
)


def _writing(*names: str) -> list[EntityPair]:
    return [pair for pair in contributed(EntityPair) if any(getattr(pair.writes, name) for name in names)]


def _any_of(title: str, schemas: Iterable[Schema]) -> Schema:
    """Bodies are not as different as answers are: one may be of several types."""
    return {"title": title, "type": "object", "anyOf": list(schemas)}


def _created() -> Schema:
    return {"title": "CreatedEntity", "oneOf": _different(pair.writes.created for pair in _writing("create"))}


def _different(schemas: Iterable[Schema]) -> list[Schema]:
    found: list[Schema] = []
    for schema in schemas:
        if schema not in found:
            found.append(schema)
    return found


def _create_body() -> Schema:
    return _any_of("NewEntity", (pair.writes.create_body for pair in _writing("create")))


def _update_body() -> Schema:
    return _any_of("ChangedEntity", (pair.writes.update_body for pair in _writing("update")))


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


def _delete_examples() -> list[Example]:
    return [
        Example(f"One of type {pair.type}", None, DELETED, path={**_path(pair), "entity_id": entity_id})
        for pair in _writing("delete")
        for entity_id in pair.writes.delete_examples
    ]


def _path(pair: EntityPair) -> dict[str, str]:
    return {"module": pair.module, "entity": pair.entity, "entity_id": str(pair.sample["id"])}


def _first(examples: Sequence[Example]) -> list[Parameter]:
    """Whose address is the one of the first example."""
    return _address(**examples[0].path)


def _create_parameters() -> list[Parameter]:
    return _first(_create_examples())


def _create_named_parameters() -> list[Parameter]:
    """An ID that is still free after the first example of the others."""
    first = _create_examples()[0]
    return _address(**first.path, entity_id=f"{first.body['id']}-2")


def _update_parameters() -> list[Parameter]:
    return _first(_update_examples())


def _delete_parameters() -> list[Parameter]:
    return _first(_delete_examples())


DELETED = ["ok"]
_NOT_WRITTEN = "300706: the type does not allow it, or is never shown. 350300: there is no such type."
CREATE = Operation(
    "Create an entity",
    later(_created),
    "With the `id` of the body; a customer list or a reward gets one if it names none.",
    parameters=_create_parameters,
    body=_create_body,
    refusals={400: f"{_NOT_WRITTEN} 0: a property is missing or wrong, or the ID is taken."},
    examples=_create_examples,
)
CREATE_NAMED = Operation(
    "Create an entity of this ID",
    later(_created),
    parameters=_create_named_parameters,
    body=_create_body,
    refusals={400: f"{_NOT_WRITTEN} 0: a property is missing or wrong, or the ID is taken."},
)
UPDATE = Operation(
    "Change an entity",
    later(_entity),
    "What the body does not name stays; null clears it.",
    parameters=_update_parameters,
    body=_update_body,
    refusals={
        400: f"{_NOT_WRITTEN} 0: there is no such entity, or a property is wrong; 300400: no such customer list."
    },
    examples=_update_examples,
)
DELETE = Operation(
    "Archive an entity",
    list_of({"type": "string"}),
    "For good, and only if it is inactive and nothing uses it. A customer is opted out.",
    parameters=_delete_parameters,
    refusals={400: f"{_NOT_WRITTEN} 0: it is not inactive, or is used. 300400: no such customer list."},
    examples=_delete_examples,
)
_CALL = request_body(
    "EntityCall",
    {
        "method": one_of("GET", "PUT", "POST", "DELETE"),
        "type": described(TEXT, "Module and entity, such as `products/product`; not those of customers."),
        "id": TEXT,
        "data": described({"type": ["object", "array"], "items": {}}, "The body of a PUT or POST."),
    },
    required=["method", "type"],
)
_RESULT = shape(
    "EntityResult",
    {
        "method": {},
        "type": {},
        "id": {},
        "entity": described({"type": "object"}, "What GET asked for."),
        "error": list_of({"$ref": "#/components/schemas/ErrorTold"}),
    },
    optional=("method", "type", "id", "entity", "error"),
)
_RESULTS = shape("EntityResults", {"results": list_of(_RESULT), "total": WHOLE, "errors": WHOLE})
_MUG = {"method": "GET", "type": "products/product", "id": "MUG-RED"}
BULK = Operation(
    "Send calls about entities in bulk",
    _RESULTS,
    "At most 100, in their order. `skip` (as without it): one that is refused changes nothing, the others are carried out."
    " `fail`: nothing after the first that is refused. `pre-check`: nothing is carried out; what would be refused is told.",
    body=request_body(
        "EntityCalls",
        {
            "entities": list_of(_CALL, minItems=1, maxItems=100),
            "error_handling": one_of("skip", "pre-check", "fail"),
        },
        required=["entities"],
    ),
    refusals={400: "0: `entities` or `error_handling`.", 404: "A pre-check has found something."},
    answers={404: _RESULTS},
    examples=[
        Example(
            "A pre-check that finds something",
            {"entities": [_MUG], "error_handling": "pre-check"},
            {"results": [{**_MUG, "error": [_error(0, "Entity not found")["error"]]}], "total": 1, "errors": 1},
            status=404,
        )
    ],
)
