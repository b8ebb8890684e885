"""What the addresses of lists take and answer. The examples are of `tests/api/example_world.py`."""

from collections.abc import Mapping
from typing import Any

from loyalty.api.docs.describe import Example, Operation, Parameter
from loyalty.api.docs.shapes import TEXT, described, one_of, request_body, shape
from loyalty.bulk.api.docs import ACCEPTED, errors_of, names_body, not_there, status_of
from loyalty.bulk.api.families import Family
from segments.lists.bulk.kinds import FAMILY
from segments.lists.codes import NO_CUSTOMERS, NO_ERRORS, NO_STATUS, UNKNOWN, UNKNOWN_TO_REMOVE
from segments.lists.enums import ListStatus

OF_LISTS = Family(FAMILY, "customers", "customer_list", NO_STATUS, NO_ERRORS)
ID = "63f2cc942d6ef241c0167e6c"
VIP = {"id": ID, "name": "VIP members", "status": "active"}

_STATUS = one_of(*ListStatus.values)
ENTITY = shape("CustomerList", {"id": TEXT, "name": TEXT, "status": _STATUS})
CREATED = shape("CreatedList", {"id": TEXT, "status": _STATUS})
CREATE_BODY = request_body(
    "NewList", {"id": described(TEXT, "Made up if it is left out."), "name": TEXT}, required=["name"]
)
UPDATE_BODY = request_body(
    "ChangedList", {"name": TEXT, "status": described(_STATUS, "`archived` only by DELETE; never `draft` again.")}
)

_LIST = Parameter("customer_list_id", "The ID of the list.", {**TEXT, "maxLength": 64}, example=ID, place="path")


def _accepts(summary: str, batch: str, unknown: int) -> Operation:
    body = {"customers": ["0519001", "0519002"], "metadata": {"external_batch_id": batch}}
    answer = {"status": "success", "metadata": {"external_batch_id": batch}, "payload": {"batch_id": batch}}
    missing = not_there(unknown, "Customer List not found")
    return Operation(
        summary,
        ACCEPTED,
        "At most 100,000 IDs, in at most 8 MiB. It is worked on in the background.",
        parameters=[_LIST],
        body=names_body("BulkCustomers", "customers"),
        refusals={
            400: f"{NO_CUSTOMERS}: no customers, or too many.",
            404: f"{unknown}: there is no such list.",
            409: "0: another request has the batch ID.",
        },
        examples=[
            Example("Two customers", body, answer),
            Example("An unknown list", body, missing, path={"customer_list_id": "nothing"}, status=404),
        ],
    )


ADD = _accepts("Add customers to a list", "batch002", UNKNOWN)
REMOVE = _accepts("Remove customers from a list", "batch003", UNKNOWN_TO_REMOVE)
_ERRORS_AT = "http://testserver/v1/bulk-operation/customer-list/batch001/status/error"
STATUS = status_of(
    OF_LISTS,
    {
        "status": "success",
        "metadata": {"bulk_operation_error": {"number_of_errors": 1, "url": _ERRORS_AT}},
        "payload": {"batch_status": "done", "number_of_customers": 2},
    },
)
_ERROR: Mapping[str, Any] = {"customer_list": ID, "error_message": "Customer not found", "error_code": 160212}
ERRORS = errors_of(
    OF_LISTS,
    {"customer_list": TEXT},
    [
        {
            "status": "success",
            "metadata": {"pagination": {"total": 1}},
            "payload": {"number_of_errors": 1, "customers": {"0519009": _ERROR}},
        }
    ],
)
