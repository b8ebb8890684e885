"""What the addresses of a family of requests take and answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.api.docs.describe import Example, Operation, Parameter, Schema
from loyalty.api.docs.shapes import (
    TEXT,
    WHOLE,
    described,
    list_of,
    map_of,
    nullable,
    one_of,
    or_empty,
    request_body,
    shape,
)
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.bulk.enums import RequestStatus
from loyalty.bulk.models import LONGEST_BATCH

from .families import Family

_SUCCESS: Schema = one_of("success")
_BATCH = Parameter("batch", "The batch ID.", {**TEXT, "maxLength": LONGEST_BATCH}, example="batch001", place="path")
_PAGE = [
    Parameter("limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": 100})),
    Parameter(
        "offset", "How many to leave out.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET, "default": 0})
    ),
]
ACCEPTED = shape(
    "BulkAccepted",
    {
        "status": _SUCCESS,
        "metadata": shape("", {"external_batch_id": TEXT}),
        "payload": shape("", {"batch_id": TEXT}),
    },
)
_YOURS = described(TEXT, "Yours: sent again, it is the same request.", maxLength=LONGEST_BATCH)
METADATA = nullable(request_body("BulkMetadata", {"external_batch_id": nullable(_YOURS)}))


def not_there(code: int, message: str) -> dict[str, Any]:
    return {"status": "error", "error": {"type": "NotFoundException", "code": code, "message": message}}


def _unknown(code: int) -> Example:
    answer = not_there(code, "Batch ID is not found")
    return Example("An unknown batch", None, answer, path={"batch": "nothing"}, status=404)


def status_of(family: Family, example: Mapping[str, Any]) -> Operation:
    found = {"number_of_errors": WHOLE, "url": described(TEXT, "Where the errors are.")}
    answer = {
        "status": _SUCCESS,
        "metadata": shape("", {"bulk_operation_error": shape("", found)}),
        "payload": shape("", {"batch_status": one_of(*RequestStatus.values), f"number_of_{family.items}": WHOLE}),
    }
    return Operation(
        f"Ask how far a batch about {family.items} is",
        shape("", answer),
        parameters=[_BATCH],
        refusals={404: f"{family.no_status}: there is no such batch."},
        examples=[Example("Done", None, example), _unknown(family.no_status)],
    )


def errors_of(family: Family, error: Mapping[str, Schema], examples: Sequence[Mapping[str, Any]]) -> Operation:
    pagination = shape("", {"total": WHOLE, "next": TEXT, "previous": TEXT}, optional=("next", "previous"))
    told = {"error_message": TEXT, "error_code": WHOLE}
    by_name = map_of(shape("", {**error, **told}), "By the ID that was sent.")
    answer = {
        "status": _SUCCESS,
        "metadata": shape("", {"pagination": pagination}),
        "payload": shape("", {"number_of_errors": WHOLE, family.items: by_name}),
    }
    return Operation(
        f"List the errors of a batch about {family.items}",
        shape(f"Bulk Errors {family.name}".title(), answer),
        parameters=[_BATCH, *_PAGE],
        refusals={404: f"{family.no_errors}: there is no such batch.", 400: "300121 to 300123: `offset` or `limit`."},
        examples=[*(Example("Errors", None, one) for one in examples), _unknown(family.no_errors)],
    )


def names_body(title: str, field: str) -> Schema:
    names = list_of({"type": ["string", "integer"]}, minItems=1, maxItems=100_000)
    return request_body(title, {field: names, "metadata": METADATA}, required=[field])
