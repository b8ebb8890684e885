"""What the addresses of coupons and pools take and answer. The examples are of `tests/api/example_world.py`."""

from collections.abc import Mapping
from typing import Any

from coupons.codes import NO_CRITERIA, POOL_UNKNOWN
from coupons.enums import CouponStatus, CouponType, PoolSource, UpdateMethod
from coupons.filters import CouponFilters, CustomersCouponFilters
from customers.api.schemas import WHO
from loyalty.api.docs.describe import Example, Operation, Parameter, Schema
from loyalty.api.docs.shapes import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    described,
    list_of,
    nullable,
    one_of,
    or_empty,
    request_body,
    shape,
)
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.api.lists.parameters import parameters_of

POOL_ID = "146cb226c3d47e4d6a28176b"
JANUARY = "2026-01-15T09:30:00.000Z"
_STATUS = one_of(*CouponStatus.values)
_TYPE = one_of(*CouponType.values)
_COMMON: dict[str, Schema] = {
    "code": described(TEXT, "What a till redeems."),
    "name": described(TEXT, "The pool's."),
    "status": _STATUS,
    "type": _TYPE,
    "value": NUMBER,
    "currency": described(TEXT, "Of gift cards."),
    "created_at": MOMENT,
    "claimed_at": described(MOMENT, "When the customer got it."),
    "pool": described(TEXT, "The ID of its pool."),
    "balance": described(NUMBER, "Of gift cards: what is left."),
}
_LEAST = {
    "min_amount": described(NUMBER, "A rest below it is written off."),
    "min_redemption_value": described(NUMBER, "Less is not redeemed."),
    "purchase_threshold": described(NUMBER, "The least purchase."),
}
_ALWAYS = ("code", "name", "status", "type", "created_at", "pool")
_EXPIRES = described(MOMENT, "The last second at which it is valid.")
_OWNER = described(shape("", {"id": TEXT}), "Who holds it, or held it.")
_COUPON = {**_COMMON, **_LEAST, "expires_at": _EXPIRES, "customer": _OWNER}
COUPON = shape("Coupon", _COUPON, optional=_COUPON.keys() - set(_ALWAYS))
_OWN = {**_COMMON, "expires_at": _EXPIRES, "redeemed_at": MOMENT}
OWN_COUPON = shape("CustomersCoupon", _OWN, optional=_OWN.keys() - set(_ALWAYS))
_READ = {
    "_id": TEXT,
    **_COMMON,
    **_LEAST,
    "redeemed_at": nullable(list_of(MOMENT)),
    "expiration_date": nullable(_EXPIRES),
    "expires_in": described(TEXT, "Such as `2 months`, from the day of assignment."),
    "invalidated_at": nullable(MOMENT),
    "original": described(TEXT, "The ID of the first owner."),
    "aggregated": FLAG,
    "claims": WHOLE,
    "redeems": WHOLE,
    "stores": list_of(TEXT),
    "products": list_of(TEXT),
}
_READ_ALWAYS = {
    *_ALWAYS, "_id", "redeemed_at", "expiration_date", "invalidated_at", "aggregated", "claims", "redeems",
}  # fmt: skip
ENTITY = shape("ReadCoupon", _READ, optional=_READ.keys() - _READ_ALWAYS)

_LIMIT = Parameter("limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT}))
_HELD: dict[str, Any] = {
    "code": "SPRING-4F7K2M",
    "name": "Spring",
    "status": "claimed",
    "type": "amount",
    "value": 10,
    "created_at": JANUARY,
    "claimed_at": JANUARY,
    "pool": POOL_ID,
}
SEARCH = Operation(
    "Find coupons",
    shape(
        "Coupons",
        {"data": nullable(list_of(COUPON)), "next": described(TEXT, "The next page, if there is one.")},
        optional=["next"],
    ),
    "Of anybody, and of nobody: by code, by status, or both; null if there is none. Codes that there are not are counted: over"
    " 300 in a minute answer 429.",
    parameters=[
        *parameters_of(CouponFilters),
        _LIMIT,
        Parameter("page", "Which page, from 0.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET // 100})),
    ],
    refusals={400: f"{NO_CRITERIA}: neither code nor status. 300122, 300123: a parameter.", 429: "Too many misses."},
    examples=[
        Example("A code", None, {"data": [{**_HELD, "customer": {"id": "0519001"}}]}, query={"code": "spring-4f7k2m"}),
        Example("No match", None, {"data": None}, query={"code": "nothing"}),
        Example(
            "Empty search criteria",
            None,
            {"error": {"type": "BadRequestException", "code": NO_CRITERIA, "message": "Empty search criteria"}},
            query={},
            status=400,
        ),
    ],
)
DISPLAY = Operation(
    "List a customer's coupons",
    shape(
        "CustomersCoupons",
        {"data": list_of(OWN_COUPON), "prev": TEXT, "next": TEXT},
        optional=["prev", "next"],
    ),
    "The last one that the customer got first; without those that are invalid or were given away.",
    parameters=[
        WHO,
        *parameters_of(CustomersCouponFilters),
        _LIMIT,
        Parameter("offset", "How many to leave out.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET})),
    ],
    refusals={400: "300121 to 300123: a parameter.", 404: "160212: there is no such customer."},
    examples=[
        Example("Ann's", None, {"data": [_HELD]}),
        Example(
            "An unknown customer",
            None,
            {"error": {"type": "NotFoundException", "code": 160212, "message": "Customer not found"}},
            path={"customer_id": "0519999"},
            status=404,
        ),
    ],
)
_ENTITY_EXAMPLE = {
    "_id": "17",
    **_HELD,
    "created_at": "2026-01-15T09:30:00+00:00",
    "claimed_at": "2026-01-15T09:30:00+00:00",
    "original": "0519001",
    "aggregated": False,
    "claims": 1,
    "redeems": 0,
    "redeemed_at": None,
    "expiration_date": None,
    "invalidated_at": None,
}
READ_EXAMPLES = [
    Example(
        "Ann's",
        None,
        {
            "status": "success",
            "metadata": {"pagination": {"next": None, "previous": None}},
            "payload": {"coupons": [_ENTITY_EXAMPLE]},
        },
        query={"filter[status][eq]": "claimed"},
    )
]

# Pools

_AMOUNT = {"type": "number", "minimum": 1}
_FIELDS: dict[str, Schema] = {
    "external_id": {**TEXT, "minLength": 6, "maxLength": 24},
    "name": described(TEXT, "For staff and customers.", maxLength=100),
    "source": described(one_of(PoolSource.UPLOADED), "Pools of other sources are made in the back office."),
    "type": _TYPE,
    "value": described({"type": "number", "minimum": 0.01}, "With at most two decimals; not of free shipping."),
    "minimum_value": described(_AMOUNT, "Of gift cards: a rest below it is written off."),
    "minimum_redemption_value": described(_AMOUNT, "Of gift cards: less is not redeemed."),
    "currency": described(TEXT, "Of gift cards: letters."),
    "purchase_minimum": described(_AMOUNT, "The least purchase."),
    "expiration_time": described(TEXT, "From the day of assignment, such as `2 months`."),
    "aggregated": described(FLAG, "One customer always gets the same code."),
    "products": list_of(TEXT, maxItems=1000),
    "stores": list_of(TEXT, maxItems=1000),
}
_SHOWN = {"id": TEXT, **_FIELDS, "source": one_of(*PoolSource.values)}
POOL_ALWAYS = frozenset({"id", "name", "source", "type", "aggregated", "products", "stores"})
POOL = shape("CouponPool", _SHOWN, optional=_SHOWN.keys() - POOL_ALWAYS)
_UNSAID: Mapping[str, Any] = {"aggregated": False, "products": [], "stores": []}
POOL_EXAMPLE: Mapping[str, Any] = {
    "id": POOL_ID,
    "name": "Spring",
    "source": "uploaded",
    "type": "amount",
    "value": 10,
    **_UNSAID,
}
_NEW = {"name": "Summer", "source": "uploaded", "type": "amount", "value": 12.1, "expiration_time": "2 months"}


def _refused(code: int, message: str) -> dict[str, Any]:
    return {"status": "error", "error": {"type": "BadRequestException", "code": code, "message": message}}


_NO_POOL = {
    "status": "error",
    "error": {"type": "NotFoundException", "code": POOL_UNKNOWN, "message": "Coupon Pool not found"},
}
_METHOD = described(one_of(*UpdateMethod.values), "Which of its coupons follow.")
_OR_NULL = {name: nullable(field) for name, field in _FIELDS.items()}
_NEEDED = ("name", "source", "type")
_CHANGE: dict[str, Schema] = {
    **_OR_NULL,
    "update_method": _METHOD,
    "update_matching": described(FLAG, "Only coupons that still have the pool's value of before."),
}
CREATE = Operation(
    "Create a coupon pool",
    shape("", {"status": one_of("success"), "metadata": list_of({}, maxItems=0), "payload": POOL}),
    "Its codes come by the bulk requests of coupons.",
    body=request_body("NewCouponPool", {**_OR_NULL, **{name: _FIELDS[name] for name in _NEEDED}}, required=_NEEDED),
    refusals={400: "202005 to 202032, 202039 to 202041: the message names the field."},
    examples=[
        Example(
            "Summer",
            _NEW,
            {"status": "success", "metadata": [], "payload": {**_NEW, "id": "9d1f4b7e2c8a5063f1e7d4b2", **_UNSAID}},
        ),
        Example(
            "A source that is made in the back office",
            {**_NEW, "source": "generated"},
            _refused(202006, "Given source parameter is invalid"),
            status=400,
        ),
    ],
)
UPDATE = Operation(
    "Change a coupon pool",
    shape(
        "",
        {
            "status": one_of("success"),
            "metadata": shape("", {"update_method": _METHOD, "update_matching": FLAG}),
            "payload": POOL,
        },
    ),
    "Source, type, currency and `aggregated` stay. Coupons that somebody holds follow within minutes.",
    parameters=[
        Parameter(
            "coupon_pool_id", "Its ID, or its external one.", {**TEXT, "maxLength": 64}, example=POOL_ID, place="path"
        )
    ],
    body=request_body("ChangedCouponPool", _CHANGE, required=["update_method"]),
    refusals={
        400: "202006 to 202041: the message names the field.",
        404: f"{POOL_UNKNOWN}: there is no such pool.",
    },
    examples=[
        Example(
            "Another value for what nobody holds",
            {"value": 20, "update_method": "update_unassigned", "update_matching": True},
            {
                "status": "success",
                "metadata": {"update_method": "update_unassigned", "update_matching": True},
                "payload": {**POOL_EXAMPLE, "value": 20},
            },
        ),
        Example(
            "An unknown pool",
            {"update_method": "update_none"},
            _NO_POOL,
            path={"coupon_pool_id": "nothing"},
            status=404,
        ),
    ],
)
