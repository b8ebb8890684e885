"""What tells of coupons: given, redeemed, put back, given away, changed, expired. The names are the published ones."""

from django.utils.translation import gettext_lazy as _

from loyalty.engine.actions import EFFECTIVE, NOBODY, REASON, Action, Attribute, Kind, Text, follows
from loyalty.intake.sources import Source

CODE = Attribute(
    "code",
    Kind.CODE,
    description="The code of the coupon, in capitals or not.",
    required=True,
    personal=True,
    most=64,
    example="SPRING-4F7K2M",
)
POOL = Attribute("coupon", Kind.CODE, description="The ID of the coupon pool.", most=64)
AMOUNT = Attribute("amount", Kind.MONEY, description="What is taken: of gift cards, required.")
TRANSACTION = Attribute(
    "transaction_id", Kind.ID, label=_("Transaction ID"), description="The order that it pays for.", personal=True
)
STORE = Attribute("store", Kind.ID, label=_("Store"), description="The ID of the store in which it is redeemed.")
PRODUCTS = Attribute("products", label=_("Products"), description="The IDs of the products that are bought.")
TOTAL = Attribute(
    "purchase_total",
    Kind.MONEY,
    label=_("Purchase total"),
    description="Of the purchase, if the order is not known yet.",
)
CURRENCY = Attribute(
    "currency", Kind.CODE, description="Of the amount: without it, the order's, else the gift card's.", most=8
)
BEFORE, AFTER = Attribute("before", label=_("Before")), Attribute("after", label=_("After"))
ORIGINAL = Attribute("original", label=_("First owner"), personal=True)
CLOSED = follows("the coupons of a customer")
# Of the API, bulk requests alone.
_SOURCES = frozenset({Source.BACK_OFFICE, Source.IMPORT, Source.AUTOMATION, Source.API, Source.TIMER})


def _closed(name: str, label: Text, icon: str, *attributes: Attribute, sources: frozenset[str] = _SOURCES) -> Action:
    return Action(name, label, attributes, icon, closed=CLOSED, sources=sources, by_hand=NOBODY)


ASSIGN = _closed("coupon_assign", _("Coupon assign"), "ticket-plus", POOL, CODE)
UNASSIGN = _closed("coupon_unassign", _("Coupon unassign"), "ticket-minus", POOL, CODE)
INVALIDATE = _closed("coupon_invalidate", _("Coupon invalidate"), "ticket-x", POOL, CODE, REASON)
TRANSFER = _closed("coupon_transfer", _("Coupon transfer"), "send", POOL, CODE)
RECEIVE = _closed("coupon_receive", _("Coupon receive"), "inbox", POOL, CODE, ORIGINAL, sources=frozenset())
CHANGE = _closed("coupon_change", _("Coupon change"), "calendar-clock", POOL, CODE, BEFORE, AFTER)
EXPIRE = _closed("coupon_expire", _("Coupon expire"), "hourglass", POOL, CODE, sources=frozenset({Source.TIMER}))
REDEEM = Action(
    "coupon_redeem",
    _("Coupon redeem"),
    (CODE, AMOUNT, TRANSACTION, POOL, STORE, PRODUCTS, TOTAL, CURRENCY, EFFECTIVE),
    "ticket-check",
    "A coupon of the customer is redeemed, with an order or by itself.",
    by_hand=NOBODY,
)
UNREDEEM = Action(
    "coupon_unredeem",
    _("Coupon unredeem"),
    (CODE, AMOUNT, TRANSACTION, POOL, EFFECTIVE),
    "ticket",
    "A redemption is taken back: that of the named order, else the last one.",
    by_hand=NOBODY,
)
ACTIONS = (ASSIGN, UNASSIGN, REDEEM, UNREDEEM, INVALIDATE, TRANSFER, RECEIVE, CHANGE, EXPIRE)
# An order may name the coupons that it redeems.
COUPONS = "coupons"
