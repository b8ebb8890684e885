"""What the Read API's lists are narrowed and sorted by: fields that are compared by operators.

`filter[created_at][gte]=2026-01-01`: what OpenAPI calls deep objects.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual, Lookup

from loyalty.database.filters import ListFilters, ReadingFilter

from .moments import SECOND, look_ups

LOOKUPS: Mapping[str, type[Lookup[Any]]] = {
    "eq": Exact,
    "lt": LessThan,
    "lte": LessThanOrEqual,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
}
WORDS = {"eq": "equal to", "lt": "less than", "lte": "at most", "gt": "greater than", "gte": "at least"}
LONGEST_TEXT = 500

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?)?")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Order:
    field: str
    descending: bool


class ComparedFilter(ReadingFilter):
    """By a column of the name, or by `value`, an expression. `takes` says in a refusal what it reads.

    `finer`: the column that is sorted by where nothing is sorted by after it, such as the instant of a day.
    """

    lookups = tuple(LOOKUPS)
    takes: str
    schema: Mapping[str, Any]

    def __init__(self, column: str | None = None, *, value: Combinable | None = None, finer: str = "") -> None:
        super().__init__(column)
        self.value, self.finer = value, finer

    def looking_up(self, name: str, lookup: str) -> ReadingFilter:
        found = super().looking_up(name, lookup)
        found.extra["help_text"] = f"Whose {name} is {WORDS[lookup]} this: {self.takes}."
        return found

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(LOOKUPS[self.lookup_expr](self.value or F(self.field_name), value))


class TextFilter(ComparedFilter):
    takes = f"a text of at most {LONGEST_TEXT} characters"
    schema: Mapping[str, Any] = {"type": "string", "maxLength": LONGEST_TEXT}

    def read(self, value: str) -> str:
        if "\0" in value or len(value) > LONGEST_TEXT:
            raise ValueError
        return value


class WholeFilter(ComparedFilter):
    takes = "a whole number of at most 18 digits"
    schema: Mapping[str, Any] = {"type": "integer"}

    def read(self, value: str) -> int:
        if not _WHOLE.fullmatch(value):
            raise ValueError
        return int(value)


class OneOfFilter(ComparedFilter):
    """One of a few values, which are equal or not."""

    lookups = ("eq",)

    def __init__(self, values: Collection[str], column: str | None = None) -> None:
        super().__init__(column)
        self.values = values
        self.takes = f"one of {', '.join(values)}"
        self.schema = {"type": "string", "enum": list(values)}

    def read(self, value: str) -> str:
        if value not in self.values:
            raise ValueError
        return value


class MomentFilter(ComparedFilter):
    """An instant in UTC, which the Read API shows in seconds; a day is the instant at which it begins.

    `stored_later`: by how much later the column is than what is shown.
    """

    takes = "a day (2026-05-14) or a time (2026-05-14T08:30:00Z) that the calendar has"
    schema: Mapping[str, Any] = {"type": "string", "pattern": f"^{_MOMENT.pattern}$"}

    def __init__(self, column: str | None = None, *, stored_later: dt.timedelta = dt.timedelta()) -> None:
        super().__init__(column)
        self.stored_later = stored_later

    def read(self, value: str) -> dt.datetime:
        # The plus of an offset that was not escaped arrives as a blank.
        value = re.sub(r"(?<=T)(.*) ", r"\1+", value)
        if not _MOMENT.fullmatch(value):
            raise ValueError
        found = dt.datetime.fromisoformat(value)
        try:
            found = found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
            _ = found + SECOND
        except OverflowError:
            raise ValueError from None
        return found

    def filter(self, qs: QuerySet[Any], value: dt.datetime) -> QuerySet[Any]:
        bounds = look_ups(self.lookup_expr, value, shown=SECOND)
        return qs.filter(**{f"{self.field_name}__{name}": bound + self.stored_later for name, bound in bounds.items()})


class ComparedFilters(ListFilters):
    """`ties`: the columns that order what is equal otherwise; `newest_first`: their way where no order is asked for."""

    ties: ClassVar[Sequence[str]] = ("id",)
    newest_first: ClassVar[bool] = True

    @classmethod
    def parameter(cls, name: str, lookup: str) -> str:
        return f"filter[{name}][{lookup}]"

    @classmethod
    def fields(cls) -> Mapping[str, ComparedFilter]:
        """By the name that they are asked for by."""
        return cls.declared_filters

    @classmethod
    def ordered(cls, rows: QuerySet[M], order: Sequence[Order]) -> QuerySet[M]:
        """Ties are broken the way of the last field, so that an index can be walked either way."""
        ways = {}
        for place, one in enumerate(order, 1):
            field = cls.fields()[one.field]
            finer = field.finer if place == len(order) else ""
            if field.value is not None and not finer:
                rows = rows.annotate(**{f"by_{one.field}": field.value})
                finer = f"by_{one.field}"
            ways[finer or field.field_name] = one.descending
        falls = order[-1].descending if order else cls.newest_first
        ways |= {name: falls for name in cls.ties if name not in ways}
        return rows.order_by(*(f"{'-' if descending else ''}{name}" for name, descending in ways.items()))
