"""What the customer object says of points, for the description of the interface."""

from loyalty.api.docs.describe import Schema
from loyalty.api.docs.shapes import (
    DAY,
    FLAG,
    NUMBER,
    TEXT,
    UNIX,
    WHOLE,
    described,
    list_of,
    map_of,
    nullable,
    one_of,
    shape,
)

# What the customers of the description's examples have earned, and not spent.
EXAMPLES = {"0519001": 250, "0519002": 100}
_DUE = described(WHOLE, "Points that are still to expire then.")
EXPIRING = shape(
    "ExpiringPoints",
    {
        "account": described(TEXT, "The ID of the account: the customer's own block is the default account's."),
        **dict.fromkeys(["today", "this_month", "this_year", "next_month", "next_year"], _DUE),
        "reset_date": described(
            nullable(DAY), "The last day of the account's year, where points expire on one day of it."
        ),
        "history": list_of(shape("Expiring", {"date": DAY, "points": WHOLE})),
    },
    optional=["history"],
)
BURN_RATE = shape(
    "BurnRate",
    {
        "amount": described(WHOLE, "What `points` are worth, in hundredths of the currency."),
        "points": WHOLE,
        "currency": TEXT,
        "converted_amount": described(NUMBER, "What the spendable points are worth."),
        "unconverted_points": described(WHOLE, "Those that do not make up another step."),
    },
)
_FIGURES = {
    "earned": WHOLE,
    "spent": WHOLE,
    "pending": WHOLE,
    "reserved": WHOLE,
    "expired": WHOLE,
    "spendable": WHOLE,
    "point_balance": described(WHOLE, "What can be spent less what is owed."),
}
_DEFAULT = described(FLAG, "Whether the figures of the customer itself are this account's.")
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
OF_CUSTOMER: dict[str, Schema] = {
    "score": described(WHOLE, "All points ever earned, less what corrections and refunds took back."),
    "spent": WHOLE,
    "reserved": WHOLE,
    "expired": WHOLE,
    "spendable": described(WHOLE, "Points that can be spent now."),
    "point_balance": described(WHOLE, "What can be spent less what is owed: below 0 while there is a debt."),
    "pending": described(WHOLE, "Points that wait for the acceptance of their order."),
    "accounts": list_of(ACCOUNT, description="Every points account, while there are several."),
    "expiring_points": EXPIRING,
}
_READ_ACCOUNT = shape(
    "ReadAccount",
    {
        "name": TEXT,
        "type": one_of("standard", "status_points"),
        "default": described(FLAG, "Whether the figures of the customer itself are this account's."),
        **dict.fromkeys(("earned", "reserved", "spent", "pending", "expired"), WHOLE),
        "point_balance": described(WHOLE, "What can be spent less what is owed."),
        "negative_points": described(FLAG, "Whether the account may go negative."),
    },
)
OF_READ_CUSTOMER: dict[str, Schema] = {
    "score": described(WHOLE, "Points ever earned. This and the next five are the default account's."),
    **dict.fromkeys(("spent", "reserved", "expired", "pending"), WHOLE),
    "point_balance": described(WHOLE, "What can be spent less what is owed: below 0 while there is a debt."),
    "accounts": map_of(_READ_ACCOUNT, "By the account's ID, while the module Multi-accounts is on."),
}
