"""Who a rule selects, told from docs/segments.md by plain Python over rows that were read one by one: no SQL, no code of the
room. Takes the rule as JSON."""

import calendar
import datetime as dt
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from customers.models import Customer, Merge
from events.models import Event
from events.orders.models import Transaction
from loyalty.points.ledger.models import Balance, Lot
from loyalty.tiers.models import CustomerTier
from tests.segments.peopled import BERLIN

Json = Any
DAY = dt.timedelta(days=1)


def local(at: Any) -> Any:
    """The local day; of no instant none."""
    return at.astimezone(BERLIN).date() if at else None


def months_away(day: dt.date, number: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_of(window: Json, today: dt.date) -> tuple[dt.date, dt.date]:
    first, last = dt.date.min, dt.date.max
    if "last" in window:
        ago = months_away(today, -window["last"]) if "unit" in window else today - window["last"] * DAY
        first, last = ago + DAY, today
    elif "next" in window:
        then = months_away(today, window["next"]) if "unit" in window else today + window["next"] * DAY
        first, last = today, then - DAY
    elif "since" in window:
        first = dt.date.fromisoformat(window["since"])
    elif "until" in window:
        last = dt.date.fromisoformat(window["until"])
    elif "between" in window:
        first, last = (dt.date.fromisoformat(day) for day in window["between"])
    else:
        first, last = period(window["period"], today)
    return first, last


def period(name: str, today: dt.date) -> tuple[dt.date, dt.date]:
    monday = today - today.weekday() * DAY
    if name in ("today", "yesterday"):
        day = today if name == "today" else today - DAY
        return day, day
    if name.endswith("week"):
        first = monday if name.startswith("this") else monday - 7 * DAY
        return first, first + 6 * DAY
    if name.endswith("month"):
        day = today if name.startswith("this") else months_away(today, -1)
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    year = today.year if name.startswith("this") else today.year - 1
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def in_year(day: dt.date, year: int) -> dt.date:
    return (
        dt.date(year, 2, 28)
        if (day.month, day.day) == (2, 29) and not calendar.isleap(year)
        else day.replace(year=year)
    )


def number(value: Any) -> Decimal | None:
    try:
        found = None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def compare(op: str, value: Any, wanted: Any, today: dt.date) -> bool:
    """A missing value is empty, is not X, is not in a list: nothing else."""
    if value is None:
        return op in ("empty", "is_not", "not_in", "has_not")
    if op in ("empty", "not_empty"):
        return op == "not_empty"
    if isinstance(value, list):
        return (wanted.lower() in [one.lower() for one in value]) == (op == "has")
    if isinstance(value, bool):
        return value == (op == "yes")
    if isinstance(value, Decimal):
        return ordered(op, value, [number(one) for one in wanted] if op == "between" else number(wanted))
    if isinstance(value, dt.date):
        if op == "within":
            first, last = days_of(wanted, today)
            return first <= value <= last
        return ordered(op, value, dt.date.fromisoformat(wanted))
    return textual(op, value.lower(), wanted)


def ordered(op: str, value: Any, wanted: Any) -> bool:
    if op == "between":
        return bool(wanted[0] <= value <= wanted[1])
    return bool({
        "at_least": value >= wanted, "at_most": value <= wanted, "more": value > wanted, "after": value > wanted,
        "less": value < wanted, "before": value < wanted, "is": value == wanted, "on": value == wanted,
        "is_not": value != wanted,
    }[op])  # fmt: skip


def textual(op: str, value: str, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return (value in [one.lower() for one in wanted]) == (op == "in")
    wanted = wanted.lower()
    return {"is": value == wanted, "is_not": value != wanted, "contains": wanted in value,
            "starts": value.startswith(wanted), "ends": value.endswith(wanted)}[op]  # fmt: skip


class Person:
    """All that is known of one customer, and of the profiles merged into them."""

    def __init__(self, customer: Customer, today: dt.date) -> None:
        self.customer, self.today = customer, today

    @cached_property
    def events(self) -> list[Event]:
        family = [self.customer.id, *Merge.objects.filter(survivor=self.customer).values_list("source", flat=True)]
        return list(Event.objects.filter(customer__in=family))

    @cached_property
    def orders(self) -> list[Transaction]:
        found = Transaction.objects.filter(customer=self.customer, accepted_at__isnull=False)
        return sorted(found, key=lambda one: (one.checkout_at, one.id))

    @cached_property
    def lots(self) -> list[Lot]:
        return list(Lot.objects.filter(customer=self.customer).select_related("account"))

    @cached_property
    def balances(self) -> list[Balance]:
        return list(Balance.objects.filter(customer=self.customer).select_related("account"))

    @cached_property
    def tier(self) -> Any:
        return CustomerTier.objects.filter(customer=self.customer).select_related("level", "structure").first()

    def within(self, at: dt.datetime | None, rule: Json) -> bool:
        if "window" not in rule:
            return True
        day = local(at)
        first, last = days_of(rule["window"], self.today)
        return day is not None and first <= day <= last

    def holds(self, rule: Json) -> bool:
        if "all" in rule:
            return all(self.holds(part) for part in rule["all"])
        if "any" in rule:
            return any(self.holds(part) for part in rule["any"])
        if "not" in rule:
            return not self.holds(rule["not"])
        value = self.value(rule)
        return bool(value) if "op" not in rule else compare(rule["op"], value, rule.get("value"), self.today)

    def value(self, rule: Json) -> Any:
        room, _, name = rule["fact"].partition(".")
        asked = rule.get("options", {})
        known: dict[str, Callable[[str, Json, Json], Any]] = {
            "customer": self.profile, "field": self.field, "purchases": self.purchases, "events": self.happened,
            "points": self.points, "tiers": self.level,
        }  # fmt: skip
        return known[room](name, asked, rule)

    def profile(self, name: str, asked: Json, rule: Json) -> Any:
        birth, today = self.customer.birth_date, self.today
        if name == "age":
            return birth and Decimal(today.year - birth.year - (in_year(birth, today.year) > today))
        if name == "birthday":
            return birth and min(day for year in (today.year, today.year + 1) if (day := in_year(birth, year)) >= today)
        if name == "anniversary":
            joined = local(self.customer.optin_at)
            years = range((joined or today).year + 1, max((joined or today).year, today.year) + 3)
            return joined and min(day for year in years if (day := in_year(joined, year)) >= today)
        value = getattr(self.customer, name)
        return local(value) if isinstance(value, dt.datetime) else value

    def field(self, name: str, asked: Json, rule: Json) -> Any:
        value = self.customer.properties.get(name)
        if name == "shoe_size":
            return None if isinstance(value, str) else number(value)
        if name == "joined_on":
            try:
                return value and dt.date.fromisoformat(value)
            except ValueError:
                return None
        return None if value == [] else value

    def bought(self, asked: Json, rule: Json) -> list[Transaction]:
        found = [one for one in self.orders if self.within(one.checkout_at, rule)]
        if asked.get("currency"):
            found = [one for one in found if one.currency == asked["currency"].upper()]
        return [one for one in found if self.has_line(one, asked)]

    def lines(self, order: Transaction, asked: Json) -> list[Json]:
        wanted = {"product_id": asked.get("product"), "category": asked.get("category")}
        wanted = {key: value.lower() for key, value in wanted.items() if value}
        return [line for line in order.items if all(line[key].lower() == value for key, value in wanted.items())]

    def has_line(self, order: Transaction, asked: Json) -> bool:
        """Who asks for no product or category takes orders without lines as well."""
        return bool(self.lines(order, asked)) or not (asked.get("product") or asked.get("category"))

    def purchases(self, name: str, asked: Json, rule: Json) -> Any:
        if name == "bought_nth":
            every = self.bought({}, rule)[asked["number"] - 1 : asked["number"]]
            return any(self.has_line(one, asked) for one in every)
        orders = self.bought(asked, rule)
        kept = [one.total - one.refunded if one.status == "accepted" else Decimal(0) for one in orders]
        days = [local(one.checkout_at) for one in orders]
        items = [sum(Decimal(line["quantity"]) for line in self.lines(one, asked)) for one in orders
                 if one.status == "accepted"]  # fmt: skip
        last = days[-1] if days else None
        return {
            "any": lambda: bool(orders),
            "count": lambda: Decimal(len(orders)),
            "total": lambda: sum(kept, Decimal(0)),
            "average": lambda: sum(kept, Decimal(0)) / len(kept) if kept else None,
            "items": lambda: sum(items, Decimal(0)),
            "first": lambda: days[0] if days else None,
            "last": lambda: last,
            "nth": lambda: days[asked["number"] - 1] if len(days) >= asked["number"] else None,
            "days_since": lambda: Decimal((self.today - last).days) if last else None,
        }[name]()  # fmt: skip

    def happened(self, name: str, asked: Json, rule: Json) -> Any:
        action = asked.get("action", "referral")
        found = [one for one in self.events if one.action == action and self.within(one.occurred_at, rule)
                 and all(self.attribute(one, wanted) for wanted in asked.get("where", ()))]  # fmt: skip
        if name == "sum":
            return sum((number(one.data.get(asked["attribute"])) or Decimal(0) for one in found), Decimal(0))
        if name == "days_since":
            days = [local(one.occurred_at) for one in found]
            return Decimal((self.today - max(days)).days) if days else None
        return bool(found) if name == "done" else Decimal(len(found))

    def attribute(self, event: Event, wanted: Json) -> bool:
        value = event.data.get(wanted["attribute"])
        asked = wanted.get("value")
        known = number(value) if isinstance(asked, int | float) else None if value is None else str(value)
        return compare(wanted["op"], known, asked, self.today)

    def points(self, name: str, asked: Json, rule: Json) -> Any:
        def fits(one: Any) -> bool:
            return bool(one.account.slug == asked["account"] if "account" in asked else one.account.is_default)

        if name == "expiring":
            lots = [one for one in self.lots if fits(one) and one.expires_at and self.within(one.expires_at, rule)]
            return Decimal(sum(one.remaining for one in lots))
        return Decimal(sum(getattr(one, name) for one in self.balances if fits(one)))

    def level(self, name: str, asked: Json, rule: Json) -> Any:
        tier = self.tier
        if name == "level":
            return tier is not None and f"{tier.structure.slug}/{tier.level.slug}" == asked["level"]
        if tier is None or tier.structure.slug != asked["structure"]:
            return None
        return local(tier.since) if name == "since" else tier.expires_on
