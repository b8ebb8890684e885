"""The life of orders: what may be sent of them, and what follows."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from events.orders.lines.rules import MAX_ITEMS
from loyalty.engine.actions import EFFECTIVE, REASON, Action, Attribute, Kind, follows, names_of
from loyalty.engine.events import POINTS_REWARDED
from loyalty.engine.values import MAX_TRANSACTION_ID

from .enums import CHECKOUT_ACCEPT

TRANSACTION_ID = Attribute(
    "transaction_id",
    Kind.ID,
    label=_("Transaction ID"),
    description="Your ID of the order. It pays once, whoever sends it.",
    most=MAX_TRANSACTION_ID,
    personal=True,
    required=True,
    example="R-1001",
)
PRODUCT_ID = Attribute(
    "product_id",
    Kind.ID,
    label=_("Product ID"),
    description="Your ID of the product.",
    required=True,
    example="MUG-BLUE",
)
LINE_ID = Attribute(
    "line_id",
    Kind.ID,
    hint=_("Where several lines have one product: the line's ID, or its place, such as #2."),
    description="Your ID of the line, by which later events find it; or its place, such as `#2`.",
    most=MAX_TRANSACTION_ID,
)
QUANTITY = Attribute(
    "quantity",
    Kind.QUANTITY,
    description="How many, or how much with up to three decimals; 1 if absent. Below 0 for what is given back.",
    example=2,
    synonyms=("qty",),
)
SUBTOTAL = Attribute(
    "subtotal",
    Kind.SIGNED_MONEY,
    description="price × quantity − discount, unless it is given. Below 0 the line lowers the order.",
    example=25,
)
CURRENCY = Attribute(
    "currency",
    Kind.CODE,
    hint=_("A code such as EUR."),
    description="ISO 4217; the programme's if absent.",
    most=3,
    example="EUR",
)
FIXED_POINTS = Attribute(
    POINTS_REWARDED,
    Kind.POINTS_OR_NONE,
    label=_("Points rewarded"),
    hint=_("What it earns, instead of the earning rules."),
    description="What it earns instead of the rules, for keys that may fix points.",
    synonyms=("rewardedpoints", "rewardpoints"),
)
_TOTAL = Attribute(
    "total", Kind.MONEY, description="What was paid; the sum of the lines if absent.", asked=True, example=25
)
_TOTAL_QUANTITY = Attribute("total_quantity", Kind.QUANTITY, kept=True)
_BURNED = Attribute(
    "points_burned",
    Kind.POINTS_OR_NONE,
    label=_("Points burned"),
    hint=_("Points that pay for the order."),
    description="Points that pay a part of the order; they are spent before it earns.",
    example=100,
    synonyms=("burnedpoints", "burnpoints", "pointstoburn"),
)
_SHIPPING = Attribute("shipping", Kind.MONEY, kept=True)
_OF_ORDER = Attribute("discount", Kind.SIGNED_MONEY, description="Of the whole order.", kept=True)
_CHANNEL = Attribute("channel", Kind.TEXT, description="Where it was bought, such as `web`.", example="web")
_DATED = Attribute("transaction_date", Kind.DAY, kept=True, personal=True)
_ITEMS = Attribute(
    "items", Kind.ITEMS, description=f"The lines, at most {MAX_ITEMS:,}.", most=MAX_ITEMS, synonyms=("lineitems",)
)
_AUTO_ACCEPT = Attribute(
    "auto_accept",
    Kind.DAY,
    label=_("Accepted by itself"),
    hint=_("As this day begins."),
    description="The day as which begins the order is accepted by itself, where orders await acceptance.",
    needs=CHECKOUT_ACCEPT,
    example="2026-02-01",
)
_GUEST = Attribute(
    "guest", kept=True, by_hand=False, description="Says nothing here: that a guest buys stands beside `data`."
)

LINE = (
    TRANSACTION_ID,
    PRODUCT_ID,
    Attribute("product_name", Kind.TEXT, example="Blue mug"),
    Attribute("product_url", kept=True),
    Attribute("product_category", Kind.TEXT, example="mugs"),
    Attribute("sku", kept=True),
    Attribute("price", Kind.SIGNED_MONEY, description="Of one; or a `subtotal`.", asked=True, example=12.5),
    QUANTITY,
    Attribute("discount", Kind.SIGNED_MONEY, description="Of the whole line."),
    SUBTOTAL,
    CURRENCY,
    FIXED_POINTS,
    EFFECTIVE,
    LINE_ID,
)
# Of one that is there: found by its product or its ID.
_PRODUCT_MEANT = replace(
    PRODUCT_ID, required=False, asked=True, description="Of the line that is meant; or a `line_id`."
)
_QUANTITY_MEANT = replace(QUANTITY, description="How many of it; all if absent.")
_SUBTOTAL_MEANT = replace(SUBTOTAL, kind=Kind.MONEY, description="What so many of the line cost.")
_MEANT = (_PRODUCT_MEANT, _QUANTITY_MEANT, _SUBTOTAL_MEANT, LINE_ID)
# The order's own; another one is refused.
_CURRENCY = replace(CURRENCY, description="ISO 4217, the order's: another one is refused.", unlisted=True)
_REFUND = (TRANSACTION_ID, REASON, EFFECTIVE, _CURRENCY)

CHECKOUT_ITEM = Action(
    "checkout_item",
    _("Checkout item"),
    LINE,
    "package",
    "Adds a line to an order that is not accepted yet, or begins one.",
)
CHECKOUT_ITEM_ACCEPT = Action(
    "checkout_item_accept",
    _("Checkout item accept"),
    (
        TRANSACTION_ID,
        EFFECTIVE,
        PRODUCT_ID,
        Attribute("product_name", Kind.TEXT),
        QUANTITY,
        SUBTOTAL,
        LINE_ID,
    ),
    "package-check",
    closed=follows("the acceptance of an order"),
)
CHECKOUT = Action(
    "checkout",
    _("Checkout"),
    (
        TRANSACTION_ID, _TOTAL, _TOTAL_QUANTITY, CURRENCY, _BURNED, _OF_ORDER, _SHIPPING, _CHANNEL, _DATED, EFFECTIVE,
        _ITEMS, FIXED_POINTS, _AUTO_ACCEPT, _GUEST,
    ),
    "shopping-bag",
    "An order, by its `total`, by its `items`, or by both. It earns at once, or as soon as it is accepted.",
)  # fmt: skip
CLAIM = Action(
    "checkout_claim",
    _("Checkout claim"),
    (TRANSACTION_ID, EFFECTIVE),
    "hand",
    "The order of a guest becomes the customer's.",
)
UPDATE = Action(
    "checkout_update",
    _("Checkout update"),
    (
        TRANSACTION_ID, replace(_TOTAL, asked=False, description="What is paid now."), _TOTAL_QUANTITY, CURRENCY, _BURNED,
        FIXED_POINTS, _OF_ORDER, _SHIPPING, _CHANNEL, _DATED, EFFECTIVE, _ITEMS,
    ),
    "file-pen",
    "What is named replaces what was, of an order that is not accepted yet.",
)  # fmt: skip
UPDATE_ITEM = Action(
    "checkout_update_item",
    _("Checkout item update"),
    tuple(_PRODUCT_MEANT if one is PRODUCT_ID else one for one in LINE),
    "package-open",
    "One line's new quantity and price, of an order that is not accepted yet.",
)
ACCEPT = Action(
    "checkout_accept",
    _("Checkout accept"),
    (TRANSACTION_ID, EFFECTIVE, _CURRENCY),
    "circle-check",
    "The order is final: what it promised can be spent.",
)
ACCEPT_ITEM = Action(
    "checkout_accept_item",
    _("Accept of a checkout item"),
    (TRANSACTION_ID, EFFECTIVE, _PRODUCT_MEANT, LINE_ID, _QUANTITY_MEANT, _SUBTOTAL_MEANT, _CURRENCY),
    "package-check",
    "A line is final; with the last one the order is.",
)
REJECT = Action(
    "checkout_reject",
    _("Checkout reject"),
    _REFUND,
    "circle-x",
    "The order is undone as a whole.",
)
REFUND = Action("refund", _("Refund"), _REFUND, "receipt", "All that is left of an accepted order is given back.")
PARTIAL_REFUND = Action(
    "partial_refund",
    _("Partial refund"),
    (
        *_REFUND,
        Attribute("amount", Kind.MONEY, description="How much money is given back.", required=True, example=10),
    ),
    "receipt-text",
    "An amount of money is given back, of no line in particular.",
)
REFUND_ITEM = Action(
    "refund_item", _("Item refund"), (*_REFUND, *_MEANT), "package-x", "Some of a line, or all of it, is given back."
)

# By which an order that is there is undone, as a whole or in part.
_UNDOING = (REJECT, REFUND, PARTIAL_REFUND, REFUND_ITEM)
UNDOING = names_of(_UNDOING)
# What happens to an order that is there; any other event that names an unknown transaction opens a draft.
_LIFE = (UPDATE, UPDATE_ITEM, ACCEPT, ACCEPT_ITEM, CLAIM, *_UNDOING)
LIFE = names_of(_LIFE)
# What may come once: an order is checked out and claimed once, and has each product once.
ONCE = names_of((CHECKOUT, CLAIM, CHECKOUT_ITEM))
ACTIONS = (CHECKOUT, CHECKOUT_ITEM, CHECKOUT_ITEM_ACCEPT, *_LIFE)

# What becomes of an order that is there.
SETTLING = names_of((ACCEPT, ACCEPT_ITEM, REJECT, REFUND, PARTIAL_REFUND, REFUND_ITEM))
