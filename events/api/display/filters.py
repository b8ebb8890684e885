"""What the lists of the Display API can be asked for.

A value that no row can have finds nothing; a parameter that is no filter of the list is refused rather than ignored,
which would find too much.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from events.models import Event
from events.orders.enums import TransactionStatus
from events.orders.models import Transaction
from loyalty.api.body.bounds import shown
from loyalty.api.lists.moments import MILLISECOND, look_ups, read_moment
from loyalty.api.lists.paging import INVALID_PARAMETER, is_asked
from loyalty.api.problems import bad_request
from loyalty.database.filters import ListFilters, ReadingFilter
from loyalty.engine import values
from loyalty.identifiers import forms

# What says how to answer, not what to find; `_` is what pages add against caches.
CONTROL = frozenset({"limit", "offset", "order", "references", "fields", "_"})
FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}
WORDS = {"gt": "after", "gte": "at or after", "lt": "before", "lte": "at or before"}


class PlainFilter(ReadingFilter):
    """By a text, which a body may also have as a number. `among` says what it finds by several of them."""

    lookups: Sequence[str] = ("exact", "in")

    def __init__(self, column: str, about: str, among: str = "", lookup: str = "exact") -> None:
        super().__init__(column, lookup, help_text=about)
        self.among = among

    def looking_up(self, name: str, lookup: str) -> ReadingFilter:
        found = super().looking_up(name, lookup)
        if lookup == "in":
            found.extra["help_text"] = self.among
        return found

    def read(self, value: Any) -> list[str]:
        """One, or with `in` several: a list, or parted by commas."""
        plain = _plain(value)
        if self.lookup_expr == "in":
            return self.each(plain if isinstance(plain, list) else plain.split(","))
        if isinstance(plain, list):
            raise ValueError("several")
        return self.each([plain])

    def each(self, texts: Sequence[str]) -> list[str]:
        return list(texts)

    def filter(self, qs: QuerySet[Any], value: Sequence[str]) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": value})


class ActionFilter(PlainFilter):
    """Several may have blanks between them."""

    def each(self, texts: Sequence[str]) -> list[str]:
        return [one.strip() for one in texts] if self.lookup_expr == "in" else list(texts)


class ActionsFilter(ActionFilter):
    """Several, without saying so."""

    lookups = ()


class OrderFilter(PlainFilter):
    """By the ID of an order, in any of its forms."""

    def __init__(self, about: str, among: str) -> None:
        super().__init__("transaction_id", about, among)

    def each(self, texts: Sequence[str]) -> list[str]:
        return [form for one in texts for form in forms(one)]


class PointsFilter(PlainFilter):
    lookups = ()

    def read(self, value: Any) -> Any:
        return _flag("points_only", _plain(value))

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.exclude(points=0) if value else qs


class TimeFilter(PlainFilter):
    """Compared with a span: a millisecond, or a day of UTC. Without `whole_days` only an equal is one in the day."""

    lookups = ("exact", "gt", "gte", "lt", "lte")

    def __init__(self, column: str, about: str, *, whole_days: bool = False) -> None:
        super().__init__(column, about)
        self.whole_days = whole_days

    def looking_up(self, name: str, lookup: str) -> ReadingFilter:
        found = super().looking_up(name, lookup)
        if lookup in WORDS:
            found.extra["help_text"] = f"The same {WORDS[lookup]} this; a day is as `{name}` reads it."
        return found

    def read(self, value: Any) -> Any:
        plain = _plain(value)
        found = read_moment(plain, UTC) if isinstance(plain, str) else None
        if found is None:
            raise ValueError("no time")
        is_day = not isinstance(found, datetime)
        start = found if isinstance(found, datetime) else datetime.combine(found, time(), UTC)
        length = timedelta(days=1) if is_day and (self.whole_days or self.lookup_expr == "exact") else None
        try:
            return look_ups(self.lookup_expr, start, shown=MILLISECOND, length=length)
        except OverflowError:
            raise ValueError("beyond the calendar") from None

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__{name}": bound for name, bound in value.items()})


class DisplayFilters(ListFilters):
    """`properties__transaction_id` is written as `properties.transaction_id`."""

    @classmethod
    def parameter(cls, name: str, lookup: str) -> str:
        return super().parameter(name.replace("__", "."), lookup)

    @classmethod
    def asked(cls, params: Mapping[str, Any]) -> "DisplayFilters":
        """What a query or a body asks for. Raises ApiError 300122."""
        check_names(params, cls.base_filters)
        found = cls(params)
        # A flag that is none is refused now, before anything is looked up.
        _ = found.unmeant
        return found


class EverybodysEventFilters(DisplayFilters):
    """By time alone, which an index serves. `date` is the day of an event, `timestamp` its instant."""

    date = TimeFilter("occurred_at", "Which happened on this day of UTC.", whole_days=True)
    timestamp = TimeFilter("occurred_at", "Which happened at this millisecond, or on this day of UTC.")
    examples = {"date.gt": "2026-01-01", "timestamp.gt": "2026-10-01T00:00:00Z"}

    class Meta:
        model = Event
        fields = ()


class EventFilters(EverybodysEventFilters):
    """Of one customer, whose events are few enough for all the rest."""

    action = ActionFilter("action", "Whose action is this.", "Whose action is one of these, separated by commas.")
    actions = ActionsFilter("action", "The same under its older name.", lookup="in")
    properties__transaction_id = OrderFilter(
        "Which name this order.", "Which name one of these orders, separated by commas."
    )
    points_only = PointsFilter(
        "points", "`true`: which moved points. What is neither that nor `false` is refused with 300122."
    )
    examples = {"action.in": "checkout,checkout_accept", **EverybodysEventFilters.examples}


class TransactionFilters(DisplayFilters):
    """Of one customer's orders."""

    id = OrderFilter("Of this ID.", "Of these IDs, separated by commas.")
    status = PlainFilter(
        "status",
        f"Of this status: {', '.join(TransactionStatus.values)}. Any other finds nothing.",
        "Of these statuses, separated by commas.",
    )
    created_at = TimeFilter("created_at", "First recorded at this millisecond, or on this day of UTC.")
    updated_at = TimeFilter("updated_at", "Changed last at this millisecond, or on this day of UTC.")

    class Meta:
        model = Transaction
        fields = ()


def check_names(params: Collection[str], known: Collection[str]) -> None:
    unknown = sorted(name for name in params if name not in known and name not in CONTROL and is_asked(name))
    if unknown:
        cure = f"it takes {', '.join(sorted(known))}" if known else "it takes no filters"
        raise bad_request(f"This list cannot be asked for {shown(unknown[0])}: {cure}", INVALID_PARAMETER)


def _plain(value: Any) -> str | list[str]:
    """As a query would have it. Raises ValueError for what is neither a text nor a number, nor a list of them."""
    match value:
        case str() if "\x00" not in value:
            return value
        case int() if not isinstance(value, bool):
            return str(value)
        case dict() if (listed := values.as_list(value)) is not None:
            return _plain(listed)
        case list():
            return [text for one in value if (text := _text(one)) is not None]
    raise ValueError("no text")


def _text(value: Any) -> str | None:
    """Of what a list holds; what is no text names nothing."""
    try:
        found = _plain(value)
    except ValueError:
        return None
    return found if isinstance(found, str) else None


def oldest_first(params: Mapping[str, Any]) -> bool:
    order = params.get("order") or "desc"
    if order not in {"asc", "desc"}:
        raise bad_request("order must be asc or desc", INVALID_PARAMETER)
    return bool(order == "asc")


def check_flag(params: Mapping[str, Any], name: str) -> None:
    _flag(name, params.get(name, ""))


def _flag(name: str, value: Any) -> bool:
    """Raises ApiError 300122: who writes `yes` means something, and would not find out that it was not read."""
    try:
        return FLAGS[str(value).lower()]
    except KeyError:
        raise bad_request(f"{name} must be true or false", INVALID_PARAMETER) from None
