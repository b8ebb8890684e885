"""The customer object, and what `/customers` takes and answers, for the description of the interface."""

from customers.enums import BanReason
from events.api.docs import STATUS
from events.orders.purchases import PERIODS
from loyalty.api.docs.describe import Parameter, Schema
from loyalty.api.docs.shapes import (
    DAY,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    UNIX,
    WHOLE,
    list_of,
    map_of,
    maybe,
    one_of,
    shape,
    told,
)

_MAYBE = maybe(TEXT)
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 400}
WHO = Parameter(
    "customer_id",
    "The customer's ID, or `field:value` of an external-ID field, such as `loyalty_barcode:1234`.",
    NAME,
    example="0519001",
    place="path",
)
FIELDS = Parameter(
    "fields",
    f"What to add, parted by commas: `expiring_points`, `expiring_points.history`, and `purchases.<period>` of these"
    f" periods: {', '.join(PERIODS)}. What is unknown is left out.",
    example="purchases.mtd,expiring_points",
)

BOUGHT = shape("Purchases", {"total": NUMBER, "count": WHOLE, "items": WHOLE})
_DUE = told(WHOLE, "Points that are still to expire then.")
EXPIRING = shape(
    "ExpiringPoints",
    {
        "account": told(TEXT, "The ID of the account: the customer's own block is the default account's."),
        **dict.fromkeys(["today", "this_month", "this_year", "next_month", "next_year"], _DUE),
        "reset_date": told(maybe(DAY), "The last day of the account's year, where points expire on one day of it."),
        "history": list_of(shape("Expiring", {"date": DAY, "points": WHOLE})),
    },
    optional=["history"],
)
BURN_RATE = shape(
    "BurnRate",
    {
        "amount": told(WHOLE, "What `points` are worth, in hundredths of the currency."),
        "points": WHOLE,
        "currency": TEXT,
        "converted_amount": told(NUMBER, "What the spendable points are worth."),
        "unconverted_points": told(WHOLE, "Those that do not make up another step."),
    },
)
_FIGURES = {
    "earned": WHOLE,
    "spent": WHOLE,
    "pending": WHOLE,
    "reserved": WHOLE,
    "expired": WHOLE,
    "spendable": WHOLE,
    "point_balance": told(WHOLE, "What can be spent less what is owed."),
}
_DEFAULT = told(FLAG, "Whether the figures of the customer itself are this account's.")
ACCOUNT = shape(
    "Account",
    {
        "id": TEXT,
        "name": TEXT,
        "default": _DEFAULT,
        **_FIGURES,
        "burn_rates": list_of(BURN_RATE),
        "expiring_points": EXPIRING,
    },
    optional=["expiring_points"],
)
BALANCE_AT = shape(
    "BalanceAt",
    {
        "at": UNIX,
        "accounts": list_of(
            shape("AccountAt", {"id": TEXT, "name": TEXT, "default": _DEFAULT, **_FIGURES, "debt": WHOLE})
        ),
    },
)

_OBJECT: dict[str, Schema] = {
    "id": TEXT,
    "optin_at": told(maybe(UNIX), "When the customer became a member."),
    "last_login_at": maybe(UNIX),
    "updated_at": UNIX,
    "first_name": _MAYBE,
    "last_name": _MAYBE,
    "email": _MAYBE,
    "birth_date": maybe(DAY),
    "gender": told(_MAYBE, "`female`, `male` or `other`."),
    "language": told(_MAYBE, "ISO 639-1, with a region as in `pt-BR`."),
    "currency": told(_MAYBE, "ISO 4217."),
    "nickname": _MAYBE,
    "mobile_phone": _MAYBE,
    "image_url": _MAYBE,
    "status": STATUS,
    "score": told(WHOLE, "All points ever earned, less what corrections and refunds took back."),
    "spent": WHOLE,
    "reserved": WHOLE,
    "expired": WHOLE,
    "spendable": told(WHOLE, "Points that can be spent now."),
    "point_balance": told(WHOLE, "What can be spent less what is owed: below 0 while there is a debt."),
    "pending": told(WHOLE, "Points that wait for the acceptance of their order."),
    "properties": {"type": "object", "description": "The custom fields, by their names."},
    "purchase_total": told(NUMBER, "What was bought and kept."),
    "purchase_count": WHOLE,
    "purchase_last_date": maybe(DAY),
    "accounts": list_of(ACCOUNT, description="Every points account, while there are several."),
    "purchases": map_of(BOUGHT, "By the period that was asked for, and `overall`."),
    "expiring_points": EXPIRING,
    "balance_at": BALANCE_AT,
}
CUSTOMER = shape("Customer", _OBJECT, optional=["accounts", "purchases", "expiring_points", "balance_at"])
BRIEF = shape(
    "CustomerFound",
    {name: schema for name, schema in _OBJECT.items() if name != "balance_at"},
    optional=set(_OBJECT) - {"id"},
    description="The ID, and what `fields` asks for.",
)
LINK = told(_MAYBE, "Path and query of the next or previous page; null where there is none.")
FOUND: Schema = {
    "oneOf": [shape("CustomersFound", {"data": list_of(BRIEF), "next": LINK, "previous": LINK}), BRIEF],
    "description": "One match is an object, several are a list, nobody is an empty list.",
}
PROFILE: Schema = {
    "title": "Profile",
    "type": "object",
    "properties": {
        **dict.fromkeys(
            "first_name last_name nickname handler email mobile_phone gender language country currency image_url".split(),
            _MAYBE,
        ),
        "birth_date": maybe(DAY),
    },
    "description": "Built-in fields, and your own by their names; null or an empty text clears one.",
}
RECEIPT = shape(
    "Receipt",
    {
        "reference": told(TEXT, "Names the erasure for good.", format="uuid"),
        "requested_at": MOMENT,
        "completed_at": told(maybe(MOMENT), "Null while a place is open."),
        "banned": FLAG,
        "reason": {"oneOf": [one_of(*BanReason.values), {"type": "null"}]},
        "places": list_of(
            shape(
                "ErasedPlace",
                {
                    "place": TEXT,
                    "erased": told(maybe(WHOLE), "How many rows or files."),
                    "done_at": maybe(MOMENT),
                },
            )
        ),
    },
    description="What was erased, where and when. It holds nothing of the person.",
)
EVERYTHING = shape(
    "PersonalData",
    {
        "id": TEXT,
        "data": map_of({"type": "array", "items": {"type": "object"}}, "The rows of each table, by its name."),
    },
)
