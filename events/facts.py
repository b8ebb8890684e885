"""What segments can ask of what happened: purchases, referrals, and events of any type with their attributes."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext_lazy as _

from loyalty.facts.comparing import compared
from loyalty.facts.enums import Kind, Reach
from loyalty.facts.kinds import Ask, AttributeCondition, Fact, Facts, Option, Source

from .referrals import REFERRAL
from .types.models import EventType

_NONE = Decimal(0)


# Purchases: accepted orders at the date of their checkout; what was refunded lowers amounts and never the count.


_PRODUCT = Option("product", _("Product"), lead="of product", required=False)
_CATEGORY = Option("category", _("Category"), lead="of category", required=False)
_CURRENCY = Option("currency", _("Currency"), lead="in currency", required=False)
_LINES = (_PRODUCT, _CATEGORY)


def _wanted(ask: Ask) -> Sequence[str]:
    """Conditions on `line`: it is of that product, and of that category."""
    named = {"product_id": ask.options.get("product"), "category": ask.options.get("category")}
    return [f"lower(line ->> '{name}') = lower({ask.bind(value)})" for name, value in named.items() if value]


def _line(ask: Ask, items: str = "t.items") -> Iterator[str]:
    """The order has such a line."""
    if wanted := _wanted(ask):
        yield f"EXISTS (SELECT 1 FROM jsonb_array_elements({items}) AS one (line) WHERE {' AND '.join(wanted)})"


def _orders(value: str, empty: Decimal | None = None, more: str = "") -> Callable[[Ask], Source]:
    """An aggregate over the customer's purchases within the window."""

    def source(ask: Ask) -> Source:
        where = ["t.accepted_at IS NOT NULL", *([more] if more else []), *ask.between("t.checkout_at"), *_line(ask)]
        if ask.options.get("currency"):
            where.append(f"t.currency = {ask.bind(str(ask.options['currency']).upper())}")
        where.append(ask.of("t.customer_id"))
        text = value.format(today=_place(ask, "today", value), zone=_place(ask, "zone", value))
        return Source(text, "events_transaction t", where, "t.customer_id", grouped=True, empty=empty)

    return source


def _place(ask: Ask, name: str, value: str) -> str:
    if f"{{{name}}}" not in value:
        return ""
    return ask.bind(ask.today) if name == "today" else ask.bind(str(ask.zone))


def _bought(ask: Ask) -> Source:
    source = _orders("TRUE")(ask)
    return Source("TRUE", source.tables, source.where, source.key)


_DAY = "(t.checkout_at AT TIME ZONE {zone})::date"
# Of the first or the last: one cast for each customer, not for each order.
_DAY_OF = "({}(t.checkout_at) AT TIME ZONE {{zone}})::date"
_PAST = Reach.PAST


def _items(ask: Ask) -> Source:
    """All of them, or those of a product or category: less what was refunded."""
    if not (wanted := _wanted(ask)):
        return _orders("sum(t.bought_items)", _NONE)(ask)
    lines = f"SELECT jsonb_agg(line) FROM jsonb_array_elements(t.items) AS one (line) WHERE {' AND '.join(wanted)}"
    left = f"CASE WHEN t.status = 'accepted' THEN events_items_left(({lines})) ELSE 0 END"
    return _orders(f"sum({left})", _NONE)(ask)


def _numbered(ask: Ask, *columns: str, of: Sequence[str] = ()) -> str:
    """The customer's purchases within the window, those that are so, each with its `place` among them, the earliest first."""
    place = "row_number() OVER (PARTITION BY t.customer_id ORDER BY t.checkout_at, t.id) AS place"
    where = ["t.accepted_at IS NOT NULL", *ask.between("t.checkout_at"), *of, ask.of("t.customer_id")]
    selected = ", ".join(["t.customer_id", place, *columns])
    return f"(SELECT {selected} FROM events_transaction t WHERE {' AND '.join(where)}) o"


def _at_place(ask: Ask) -> str:
    return f"o.place = {ask.bind(ask.options['number'])}"


def _nth(ask: Ask) -> Source:
    """The day of the purchase of that number, of those that the product or category leaves."""
    day = f"{_DAY.format(zone=ask.bind(str(ask.zone)))} AS day"
    return Source("o.day", _numbered(ask, day, of=[*_line(ask)]), [_at_place(ask)], "o.customer_id")


def _bought_as_nth(ask: Ask) -> Source:
    """Whether the purchase of that number, of all of them, has such a line."""
    return Source("TRUE", _numbered(ask, "t.items"), [_at_place(ask), *_line(ask, "o.items")], "o.customer_id")


_NUMBER = Option("number", _("Number"), Kind.NUMBER)
PURCHASES = (
    Fact("purchases.any", "bought", Kind.YES, _("Has bought"), _bought, _LINES, _PAST,
         negated="has not bought", also=("has bought", "purchased", "has purchased")),
    Fact("purchases.count", "number of purchases", Kind.NUMBER, _("Number of purchases"), _orders("count(*)", _NONE),
         _LINES, _PAST, also=("purchases", "purchase count")),
    Fact("purchases.total", "purchase total", Kind.NUMBER, _("Purchase total"), _orders("sum(t.bought)", _NONE),
         (_CURRENCY,), _PAST, also=("total of purchases", "spent")),
    Fact("purchases.average", "average purchase", Kind.NUMBER, _("Average purchase"), _orders("avg(t.bought)"),
         (_CURRENCY,), _PAST),
    Fact("purchases.items", "purchased items", Kind.NUMBER, _("Purchased items"), _items, _LINES, _PAST),
    Fact("purchases.first", "first purchase", Kind.DATE, _("First purchase"), _orders(_DAY_OF.format("min")),
         _LINES, _PAST),
    Fact("purchases.last", "last purchase", Kind.DATE, _("Last purchase"), _orders(_DAY_OF.format("max")),
         _LINES, _PAST),
    Fact("purchases.nth", "purchase number", Kind.DATE, _("Date of a purchase, by its number"), _nth,
         (_NUMBER, *_LINES), _PAST),
    Fact("purchases.bought_nth", "bought as purchase number", Kind.YES, _("Has bought as the first or n-th purchase"),
         _bought_as_nth, (_NUMBER, *_LINES), _PAST, negated="has not bought as purchase number"),
    Fact("purchases.days_since", "days since the last purchase", Kind.NUMBER, _("Days since the last purchase"),
         _orders(f"{{today}} - {_DAY_OF.format('max')}"), _LINES, by_day=True),
)  # fmt: skip


# Events: those of the profiles that were merged into a customer count as the customer's own.


_TABLES = "events_event e LEFT JOIN customers_merge m ON m.source_id = e.customer_id"
_KEY = "coalesce(m.survivor_id, e.customer_id)"
# Of numbers alone, and of texts that are numbers: as senders write them. PostgreSQL also reads NaN and Infinity, which are
# none, the greatest of all to it; and numbers so long that a sum of two fails.
_AS_NUMBER = (
    "CASE WHEN pg_input_is_valid({text}, 'numeric') IS NOT TRUE THEN NULL"
    " WHEN abs(({text})::numeric) < 1e100 THEN ({text})::numeric END"
)


def _actions() -> Sequence[tuple[str, str]]:
    return [(row.action, row.label) for row in EventType.objects.all()]


_ACTION = Option("action", _("Action"), Kind.CHOICE, "of", choices=_actions)
_DONE = Option("action", _("Action"), Kind.CHOICE, choices=_actions)
_WHERE = Option("where", _("Attributes"), None, "where", required=False)
_ATTRIBUTE = Option("attribute", _("Attribute"), lead="of attribute")


def _attribute(condition: AttributeCondition, ask: Ask) -> str:
    text = f"(e.data ->> {ask.bind(condition.attribute)})"
    if isinstance(condition.value, Decimal | tuple) and not _is_of_texts(condition.value):
        number = _AS_NUMBER.format(text=text)
        return f"({compared(Kind.NUMBER, condition.op, number, condition.value, ask.bind, ask.today)})"
    return f"({compared(Kind.TEXT, condition.op, text, condition.value, ask.bind, ask.today)})"


def _is_of_texts(value: object) -> bool:
    return isinstance(value, tuple) and isinstance(value[0], str)


def _events(action: str, conditions: Sequence[AttributeCondition], ask: Ask) -> list[str]:
    return [
        f"e.action = {ask.bind(action)}",
        *ask.between("e.occurred_at"),
        *(_attribute(one, ask) for one in conditions),
        ask.of_family("e.customer_id"),
    ]


def _asked(ask: Ask) -> list[str]:
    conditions = cast("Sequence[AttributeCondition]", ask.options.get("where") or ())
    return _events(ask.options["action"], conditions, ask)


def _done(ask: Ask) -> Source:
    return Source("TRUE", _TABLES, _asked(ask), _KEY)


def _count(ask: Ask) -> Source:
    return Source("count(*)", _TABLES, _asked(ask), _KEY, grouped=True, empty=_NONE)


def _sum(ask: Ask) -> Source:
    number = _AS_NUMBER.format(text=f"(e.data ->> {ask.bind(ask.options['attribute'])})")
    return Source(f"coalesce(sum({number}), 0)", _TABLES, _asked(ask), _KEY, grouped=True, empty=_NONE)


def _days_since(ask: Ask) -> Source:
    day = f"(max(e.occurred_at) AT TIME ZONE {ask.bind(str(ask.zone))})::date"
    return Source(f"{ask.bind(ask.today)} - {day}", _TABLES, _asked(ask), _KEY, grouped=True)


def _referrals(ask: Ask) -> Source:
    return Source("count(*)", _TABLES, _events(REFERRAL, (), ask), _KEY, grouped=True, empty=_NONE)


EVENTS = (
    Fact("events.done", "has done", Kind.YES, _("Has done an action"), _done, (_DONE, _WHERE), _PAST,
         negated="has not done", also=("did",)),
    Fact("events.count", "number of events", Kind.NUMBER, _("How often an action was done"), _count,
         (_ACTION, _WHERE), _PAST),
    Fact("events.sum", "sum", Kind.NUMBER, _("Sum of an attribute of an action"), _sum,
         (_ATTRIBUTE, _ACTION, _WHERE), _PAST),
    Fact("events.days_since", "days since the last event", Kind.NUMBER, _("Days since an action was last done"),
         _days_since, (_ACTION, _WHERE), by_day=True),
    Fact("events.referrals", "number of referrals", Kind.NUMBER, _("Customers referred"), _referrals, (), _PAST,
         also=("referrals",)),
)  # fmt: skip

FACTS = (Facts(_("Purchases"), PURCHASES), Facts(_("Events"), EVENTS))
