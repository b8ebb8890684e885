"""Each operation of `/customers`, `/auth` and `/erasures`, with examples that a test sends."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from customers.enums import MergeKind
from loyalty.api.docs.describe import Example, Operation, Parameter
from loyalty.api.docs.shapes import (
    FLAG,
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
from loyalty.api.lists.docs import AFTER
from loyalty.api.lists.paging import MAX_LIMIT, MAX_OFFSET
from loyalty.contributions import contributed

from .filters import SEARCHED
from .objects import CustomerAnswer, CustomerPart
from .schemas import CUSTOMER, EVERYTHING, FIELDS, FOUND, PROFILE, RECEIPT, WHO

UNKNOWN = {404: "160212: there is no such customer."}
_NOON, _JANUARY = 1795176000, 1768469400


def _customer(id: str, first_name: str, fields: Collection[str] = (), **values: Any) -> dict[str, Any]:
    """The object of somebody who has enrolled and done no more, what rooms add to it, and what else is said of it."""
    nothing = dict.fromkeys(
        "last_login_at last_name email birth_date gender language currency nickname mobile_phone image_url"
        " purchase_last_date".split()
    )
    life = {"optin_at": _JANUARY, "updated_at": _JANUARY, "status": "active", "properties": {}}
    none = {"purchase_total": 0, "purchase_count": 0}
    told = [part.example(id, frozenset(fields)) for part in contributed(CustomerPart)]
    added = {name: value for part in told for name, value in part.items()}
    return {"id": id, "first_name": first_name, **nothing, **none, **life, **added, **values}


def ann(fields: Collection[str] = (), **values: Any) -> dict[str, Any]:
    said = {
        "last_name": "Example",
        "email": "ann@example.com",
        "birth_date": "1980-01-16",
        "language": "en",
        "currency": "EUR",
        "properties": {"loyalty_barcode": "1234"},
        "purchase_total": 250,
        "purchase_count": 1,
        "purchase_last_date": "2026-10-02",
    }
    return _customer("0519001", "Ann", fields, **{**said, **values})


def _error(code: int, message: str, kind: str = "BadRequestException") -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": message}}


_UNKNOWN = _error(160212, "Customer not found", "NotFoundException")


def _parameters() -> list[Parameter]:
    return [WHO, FIELDS, *(answer.parameter for answer in contributed(CustomerAnswer))]


def _examples() -> list[Example]:
    """A member, and what rooms answer about her if they are asked."""
    asked = [one for answer in contributed(CustomerAnswer) for one in answer.examples]
    return [
        Example("A member", None, ann()),
        Example(
            "With purchases and expiring points",
            None,
            ann(["purchases.ytd", "expiring_points"]),
            query={"fields": "purchases.ytd,expiring_points"},
        ),
        Example("By the number of the card", None, ann(), path={"customer_id": "loyalty_barcode:1234"}),
        *(Example(one.name, None, ann(**one.answer), query=one.query) for one in asked),
        Example("Nobody", None, _UNKNOWN, path={"customer_id": "0519999"}, status=404),
    ]


SHOW = Operation(
    "Show a customer",
    CUSTOMER,
    "Built-in fields, the figures of the default points account, custom fields, purchase totals, and what `fields` asks for.",
    parameters=_parameters,
    refusals=UNKNOWN,
    examples=_examples,
)
UPDATE = Operation(
    "Change a profile",
    CUSTOMER,
    "Records the event `profile`. Each value is read by the definition of its field.",
    parameters=[WHO, FIELDS],
    body=PROFILE,
    refusals={**UNKNOWN, 400: "A value is not one of its field, or belongs to another customer: the message names the field."},
    examples=lambda: [
        Example("A new name", {"last_name": "Sample", "language": "de"}, ann(last_name="Sample", language="de", updated_at=_NOON)),
        Example("No date", {"birth_date": "16.1.1980"}, _error(0, "'birth_date' must be a date such as 2026-12-31"), status=400),
    ],
)  # fmt: skip
_TARGET = {"type": ["string", "integer"], "minLength": 1}
MERGE = Operation(
    "Merge a customer into another",
    shape("Nothing", {}, description="An empty object."),
    "The customer of the path goes into the target, which stays; the ID of the path names the target from then on.",
    parameters=[replace(WHO, example="0519002")],
    body=request_body(
        "Merge",
        {
            "target": described(_TARGET, "Who stays."),
            "source": described(_TARGET, "The customer of the path once more, as older clients send it."),
            "kind": described(
                one_of(*MergeKind.values), "`partial` leaves the custom fields of the path's customer behind."
            ),
        },
        required=["target"],
    ),
    refusals={**UNKNOWN, 400: "160216: one of them is not active. 120030, 120031: one of them is suspended."},
    examples=[
        Example("Ben is Ann", {"target": "0519001"}, {}, path={"customer_id": "0519002"}),
        Example(
            "Cleo is suspended",
            {"target": "0519001"},
            _error(120030, "A suspended customer cannot be merged. Lift the suspension first."),
            path={"customer_id": "0519003"},
            status=400,
        ),
    ],
)
REASON = request_body("Reason", {"reason": described(nullable(TEXT), "Why, for the history.", maxLength=2000)})
SUSPEND = Operation(
    "Suspend a customer",
    CUSTOMER,
    "Suspended customers earn, but may not spend.",
    parameters=[WHO, FIELDS],
    body=REASON,
    refusals={**UNKNOWN, 400: "114400: only active customers can be suspended."},
    examples=lambda: [
        Example(
            "A lost card",
            {"reason": "Card lost"},
            _customer("0519002", "Ben", email="ben@example.com", status="suspended", updated_at=_NOON),
            path={"customer_id": "0519002"},
        )
    ],
)
UNSUSPEND = Operation(
    "End a suspension",
    CUSTOMER,
    parameters=[WHO, FIELDS],
    body=REASON,
    refusals={**UNKNOWN, 400: "114600: only suspended customers can be unsuspended."},
    examples=lambda: [
        Example(
            "The card was found",
            {"reason": "Card found"},
            _customer("0519003", "Cleo", updated_at=_NOON),
            path={"customer_id": "0519003"},
        ),
        Example("Nobody to release", {}, _error(114600, "Only suspended customers can be unsuspended"), status=400),
    ],
)
OPT_IN = Operation(
    "Enrol a customer",
    CUSTOMER,
    "A new ID becomes a member, and so does an inactive customer.",
    parameters=[WHO, FIELDS],
    body=PROFILE,
    refusals={
        400: "112101: the customer is a member already. Or a value is wrong: the message names the field.",
        404: "160212: the ID is not printable, or names nobody whom an opt-in can enrol.",
    },
    examples=lambda: [
        Example("A new member", {"first_name": "Dora", "email": "dora@example.com"}, _customer("0519004", "Dora", email="dora@example.com", optin_at=_NOON, updated_at=_NOON), path={"customer_id": "0519004"}),
        Example("A member already", {}, _error(112101, "Customer already opted in"), status=400),
    ],
)  # fmt: skip
LOG_IN = Operation(
    "Tell of a login",
    CUSTOMER,
    "The brand has authenticated the customer; no password is kept here. The first login of a day is a `daily_login`.",
    parameters=[FIELDS],
    body=request_body(
        "Login",
        {
            "customer": described(
                {"type": ["string", "integer"], "minLength": 1, "maxLength": 128}, "The customer's ID."
            ),
            "external_id": described(nullable(TEXT), "The external-ID field whose value `customer` is."),
        },
        required=["customer"],
    ),
    refusals={**UNKNOWN, 400: "160216: the customer is not active."},
    examples=lambda: [Example("Ann is back", {"customer": "0519001"}, ann(last_login_at=_NOON))],
)
ENTRIES = Operation(
    "Show a customer as shop plug-ins ask for one",
    list_of(
        {
            "oneOf": [
                shape("SettingsEntry", {"type": one_of("settings"), "data": shape("", {"currency": TEXT})}),
                shape("CustomerEntry", {"type": one_of("customer"), "data": CUSTOMER}),
            ]
        },
        minItems=2,
        maxItems=2,
    ),
    "The programme's settings, then the customer. It records nothing: a login is told by POST.",
    parameters=[replace(WHO, name="customer", place="query", required=True), FIELDS],
    refusals=UNKNOWN,
    examples=lambda: [
        Example(
            "Ann",
            None,
            [{"type": "settings", "data": {"currency": "EUR"}}, {"type": "customer", "data": ann()}],
            query={"customer": "0519001"},
        )
    ],
)
OPT_OUT = Operation(
    "Erase a customer for good",
    RECEIPT,
    "The event `opt_out`: personal data is erased, points go, the ID is free again. Afterwards the customer is unknown.",
    parameters=[replace(WHO, example="0519999")],
    body=request_body("OptOut", {}),
    refusals=UNKNOWN,
    examples=[Example("Nobody", {}, _UNKNOWN, path={"customer_id": "0519999"}, status=404)],
    is_own=True,
)
ERASED = Operation(
    "Show the receipt of an erasure",
    RECEIPT,
    parameters=[
        Parameter(
            "reference",
            "The reference that the erasure answered.",
            {"type": "string", "format": "uuid"},
            example="5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10",
            place="path",
        )
    ],
    refusals={404: "There is no such erasure."},
    examples=[Example("An unknown one", None, _error(160217, "Erasure not found", "NotFoundException"), status=404)],
    is_own=True,
)
DATA = Operation(
    "Download all data of a customer",
    EVERYTHING,
    "Everything that is held about a person, for that person.",
    parameters=[WHO, Parameter("format", "`csv`: a ZIP of a CSV file for each table.", one_of("json", "csv"))],
    refusals={**UNKNOWN, 400: "300122: there is no such format."},
    other_answers={"application/zip": {"type": "string", "contentMediaType": "application/zip"}},
    is_own=True,
)
_TIMES = "a unix time, a day or an ISO time"
SEARCH = Operation(
    "Search customers",
    FOUND,
    "Whom the query finds: at least one criterion, and each narrows. Exact and case-sensitive. Every built-in field may be"
    " asked for, and custom ones that are tagged searchable; times also with `.gt`, `.gte`, `.lt`, `.lte`, texts with `.in`"
    " (separated by commas).",
    parameters=[
        *(Parameter(name, f"Whose `{name}` is this.") for name in ("id", "email", "first_name", "last_name", "mobile_phone")),
        Parameter("updated_at.gt", f"Whose profile or points changed after this: {_TIMES}.", example="2026-10-01"),
        Parameter("search", f"`field=value` of one of: {', '.join(SEARCHED)}.", example="first_name=Ann"),
        Parameter("match", "Says what is so anyway; with `_id`, `email` or `membership_id` only.", one_of("exact")),
        FIELDS,
        Parameter("limit", "How many at most.", or_empty({**WHOLE, "minimum": 1, "maximum": MAX_LIMIT, "default": MAX_LIMIT})),
        Parameter("offset", "How many to leave out.", or_empty({**WHOLE, "minimum": 0, "maximum": MAX_OFFSET, "default": 0})),
        AFTER,
    ],
    refusals={400: "160211: no criterion, or an empty one. 300121, 300123: `offset` or `limit`. 300122: any other parameter."},
    examples=[
        Example("By e-mail address", None, {"id": "0519001"}, query={"email": "ann@example.com"}),
        Example("Whose profile changed this year", None, {"data": [{"id": "0519001", "first_name": "Ann"}, {"id": "0519002", "first_name": "Ben"}], "next": "/customers?updated_at.gt=2026-01-01&fields=first_name&limit=2&offset=2", "previous": None}, query={"updated_at.gt": "2026-01-01", "fields": "first_name", "limit": "2"}),
        Example("No criterion", None, _error(160211, "Empty search criteria"), status=400),
    ],
)  # fmt: skip
COUNT = Operation(
    "Count active customers",
    shape(
        "Count",
        {
            "active": described(WHOLE, "Active customers; beyond 10,000 an estimate."),
            "estimated": described(FLAG, "That it is an estimate."),
        },
        optional=["estimated"],
    ),
    examples=[
        Example("Two", None, {"active": 2}),
    ],
)
