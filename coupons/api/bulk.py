"""`/v1/bulk-operation/coupons`: many codes added to a pool, assigned or unassigned, and what became of them."""

from collections.abc import Iterator
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from coupons.actions import ASSIGN, UNASSIGN
from coupons.bulk.kinds import CUSTOMER, FAMILY, KINDS
from coupons.codes import BAD_ID, NO_BATCH_ERRORS, NO_CODES, POOL_UNKNOWN, TOO_MANY_CODES
from coupons.enums import PoolSource
from coupons.pools.patterns import MAX_LENGTH
from coupons.stock.operations import MAX_CODES
from loyalty.api.access.scopes import check_action, key_of
from loyalty.api.body.bounds import check_text
from loyalty.api.docs.describe import Example, Operation, Parameter
from loyalty.api.docs.shapes import TEXT, list_of, one_of, request_body, shape
from loyalty.api.lists.paging import links, read_page
from loyalty.api.problems import ApiError, bad_request, not_found
from loyalty.bulk.api.docs import ACCEPTED, METADATA, errors_of, not_there, status_of
from loyalty.bulk.api.families import Family
from loyalty.bulk.api.views import NO_BATCH, BulkAccept, BulkErrors, BulkStatus
from loyalty.bulk.kinds import Item
from loyalty.bulk.queries import errors_between

from .docs import POOL_ID
from .pools import pool_asked

OF_COUPONS = Family(FAMILY, "coupons", "pool_id", BAD_ID, NO_BATCH_ERRORS)
NO_QUEUE = "Bulk operation request queue is not found"
_CODE = "coupon_code"
_BODY = {"coupons": ["SUMMER-1", "SUMMER-2"], "metadata": {"external_batch_id": "batch005"}}
_TOLD = {"status": "success", "metadata": {"external_batch_id": "batch005"}, "payload": {"batch_id": "batch005"}}
ACCEPT = Operation(
    "Add, assign or unassign coupons",
    ACCEPTED,
    "At most 50,000 codes, in at most 8 MiB. To add, `coupons` is a list of codes; to assign or unassign, of objects. A code that is"
    " assigned and not in the pool comes into it. It is worked on in the background.",
    parameters=[
        Parameter("coupon_pool_id", "Its ID, or its external one.", {**TEXT, "maxLength": 64}, POOL_ID, place="path"),
        Parameter("action", "What is done with the codes.", one_of(*KINDS), "add", place="path"),
    ],
    body=request_body(
        "BulkCoupons",
        {
            "coupons": list_of(
                {"anyOf": [TEXT, request_body("", {_CODE: TEXT, CUSTOMER: TEXT}, required=[_CODE])]},
                minItems=1,
                maxItems=MAX_CODES,
            ),
            "metadata": METADATA,
        },
        required=["coupons"],
    ),
    refusals={
        400: f"{NO_CODES}: no codes. {TOO_MANY_CODES}: more than 50,000.",
        404: f"{POOL_UNKNOWN}: there is no such pool of uploaded codes.",
        409: "0: another request has the batch ID.",
    },
    examples=[
        Example("Two codes", _BODY, _TOLD),
        Example(
            "An unknown pool",
            _BODY,
            not_there(POOL_UNKNOWN, "Coupon Pool not found"),
            path={"coupon_pool_id": "nothing"},
            status=404,
        ),
    ],
)
_ERRORS_AT = "http://testserver/v1/bulk-operation/coupons/batch001/status/error"
STATUS = status_of(
    OF_COUPONS,
    {
        "status": "success",
        "metadata": {"bulk_operation_error": {"number_of_errors": 1, "url": _ERRORS_AT}},
        "payload": {"batch_status": "done", "number_of_coupons": 2},
    },
)
_ERROR = {_CODE: TEXT, "pool_id": TEXT, "error_message": TEXT, "error_code": {"type": "integer"}}


class CouponBatch(BulkAccept):
    operations = {"post": ACCEPT}

    def post(self, request: Request, coupon_pool_id: str, action: str) -> Response:
        kind = KINDS.get(action)
        if kind is None:
            raise not_found()
        for name, event in (("assign", ASSIGN), ("unassign", UNASSIGN)):
            if action == name:
                check_action(key_of(request), event.name)
        pool = pool_asked(coupon_pool_id)
        if pool.source != PoolSource.UPLOADED:
            raise not_found("Coupon Pool not found", POOL_UNKNOWN)
        return self.take_in(kind, pool.slug, _items(self.body().get("coupons"), action))


def _items(coupons: Any, action: str) -> list[Item]:
    if not isinstance(coupons, list) or not coupons:
        raise bad_request("The 'payload' field is not found or empty", NO_CODES)
    if len(coupons) > MAX_CODES:
        raise bad_request("The list of codes exceeds the size limitation of the endpoint", TOO_MANY_CODES)
    return list(_read(coupons, has_customers=action != "add"))


def _read(coupons: list[Any], *, has_customers: bool) -> Iterator[Item]:
    for place, one in enumerate(coupons):
        told = one if isinstance(one, dict) and has_customers else {_CODE: one}
        where = f"coupons[{place}]"
        code, customer = told.get(_CODE), told.get(CUSTOMER)
        if not isinstance(code, str) or not 0 < len(code) <= MAX_LENGTH:
            raise bad_request(f"'{where}' must name a code of 1 to {MAX_LENGTH} characters")
        if customer is not None and not (isinstance(customer, str) and 0 < len(customer) <= 255):
            raise bad_request(f"'{where}.{CUSTOMER}' must be an ID")
        check_text(f"{code}{customer or ''}", f"'{where}'")
        yield Item(code, {CUSTOMER: customer} if has_customers else {})


class CouponBatchStatus(BulkStatus):
    family = OF_COUPONS
    operations = {"get": STATUS}

    def no_batch(self) -> ApiError:
        return not_found(NO_BATCH, BAD_ID)


class CouponBatchErrors(BulkErrors):
    """A list in their order, unlike that of the other families."""

    family = OF_COUPONS

    def get(self, request: Request, batch: str) -> Response:
        found = self.batch(batch)
        page = read_page(request)
        errors = errors_between(found, page.offset, page.offset + page.limit + 1)
        near = links(request, page, more=len(errors) > page.limit)
        told = [{_CODE: one.name, **self.told(found, one)} for one in errors[: page.limit]]
        pagination = {"total": found.errors, **{name: url for name, url in near.items() if url}}
        payload = {"number_of_errors": found.errors, "coupons": told}
        return Response({"status": "success", "metadata": {"pagination": pagination}, "payload": payload})

    def no_batch(self) -> ApiError:
        return not_found(NO_QUEUE, NO_BATCH_ERRORS)


def _errors() -> Operation:
    """As of the other families, but for the list."""
    common = errors_of(OF_COUPONS, {}, [])
    payload = shape("", {"number_of_errors": {"type": "integer"}, "coupons": list_of(shape("", _ERROR))})
    properties = {**common.answer["properties"], "payload": payload}
    found = {_CODE: "a b", "pool_id": POOL_ID, "error_message": _WHY, "error_code": 0}
    answer = {
        "status": "success",
        "metadata": {"pagination": {"total": 1}},
        "payload": {"number_of_errors": 1, "coupons": [found]},
    }
    unknown = not_there(NO_BATCH_ERRORS, NO_QUEUE)
    return Operation(
        common.summary,
        {**common.answer, "properties": properties},
        parameters=common.parameters,
        refusals=common.refusals,
        examples=[
            Example("Errors", None, answer, path={"batch": "batch001"}),
            Example("An unknown batch", None, unknown, path={"batch": "nothing"}, status=404),
        ],
    )


_WHY = "The code must be of visible ASCII characters, without blanks"
CouponBatchErrors.operations = {"get": _errors()}
