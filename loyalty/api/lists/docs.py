"""How the Read API describes itself: the parameters of its lists, and what is around every answer."""

from collections.abc import Iterator
from typing import Any

from loyalty.api.docs.describe import Operation, Parameter, Schema
from loyalty.api.docs.shapes import TEXT, list_of, nullable, one_of, or_empty, shape

from .asking import DEFAULT_LIMIT, MAX_LIMIT
from .compared import ComparedFilters
from .paging import MAX_OFFSET
from .parameters import parameters_of

CUSTOMER_ID = Parameter(
    "customer_id",
    "The brand's ID of the customer; that of a merged-away profile names the one who stayed. No external IDs.",
    {"type": "string", "minLength": 1, "maxLength": 128},
    place="path",
    required=True,
    example="0519001",
)
AFTER = Parameter("after", "Of `next`, deep in the list: where its page begins. Counts with its own `offset` only.")
UNPROCESSABLE = "A parameter cannot be asked for, or has a value that it does not take: the message names it."
UNKNOWN = "160212: there is no such customer, or no more."


def _answer(metadata: Schema, payload: Schema) -> Schema:
    return shape("", {"status": one_of("success"), "metadata": metadata, "payload": payload})


def get_one(summary: str, entity: Schema, description: str = "", **more: Any) -> Operation:
    answer = _answer(shape("", {}), entity)
    return Operation(summary, answer, description, (CUSTOMER_ID,), refusals={404: UNKNOWN}, **more)


def get_many(
    summary: str,
    name: str,
    entity: Schema,
    filters: type[ComparedFilters],
    description: str = "",
    *,
    of_customer: bool = True,
    **more: Any,
) -> Operation:
    links = shape("Pagination", {"next": nullable(TEXT), "previous": nullable(TEXT)})
    answer = _answer(shape("", {"pagination": links}), shape("", {name: list_of(entity)}))
    # A list of one customer does not get deep.
    parameters = [CUSTOMER_ID if of_customer else AFTER, *_parameters(filters)]
    refusals = {**({404: UNKNOWN} if of_customer else {}), 422: UNPROCESSABLE}
    return Operation(summary, answer, description, parameters, refusals=refusals, **more)


def _parameters(filters: type[ComparedFilters]) -> Iterator[Parameter]:
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    yield Parameter("limit", "How many at most.", or_empty(limit))
    offset = {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0}
    yield Parameter("offset", "How many to leave out at the start.", or_empty(offset))
    yield from parameters_of(filters)
    for place, rank in enumerate(("first", "second")):
        yield Parameter(f"sort[{place}][field]", f"What to sort by {rank}; each field once.", one_of(*filters.fields()))
        yield Parameter(f"sort[{place}][direction]", "Which way.", one_of("asc", "desc"))
