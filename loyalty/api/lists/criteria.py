"""`filter`, `sort`, `limit` and `offset` of the Read API's lists, and its envelopes.

`filter[created_at][gte]=2026-01-01&sort[0][field]=created_at&sort[0][direction]=desc`: what OpenAPI calls deep objects.
Whatever cannot be asked for is refused with 422 and the name of the parameter; nothing is ignored.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.body.bounds import shown
from loyalty.api.body.parsers import API_KEY
from loyalty.api.problems import ApiError, unprocessable

from .moments import SECOND, look_ups
from .paging import INVALID_PARAMETER, Page, links, read_page
from .timeout import bounded

DEFAULT_LIMIT, MAX_LIMIT = 20, 1000
OPERATORS = ("eq", "lt", "lte", "gt", "gte")
LONGEST_TEXT = 500

_FILTER = re.compile(r"filter\[([a-z_]{1,40})\]\[([a-z]{1,10})\]")
_SORT = re.compile(r"sort\[([0-9]{1,2})\]\[(field|direction)\]")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?)?")


@dataclass(frozen=True)
class Criterion:
    """What a list can be filtered and sorted by. `read` raises ValueError; `takes` says in a refusal what it reads."""

    read: Callable[[str], Any]
    takes: str
    schema: Mapping[str, Any]
    operators: Sequence[str] = OPERATORS


@dataclass(frozen=True)
class Condition:
    field: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Order:
    field: str
    descending: bool


@dataclass(frozen=True)
class ListQuery:
    """What a request asks of a list."""

    conditions: Sequence[Condition]
    order: Sequence[Order]
    page: Page


def parse_list_query(request: Request, fields: Mapping[str, Criterion], *, walked: bool = False) -> ListQuery:
    """Of a list that can be filtered and sorted by `fields`, and gone on with by a place if it is `walked`; raises
    ApiError (422)."""
    params = {name: values for name, values in request.query_params.lists() if name != API_KEY}
    for name, values in params.items():
        if len(values) > 1:
            raise _wrong(name, "is given more than once")
    of_page = ("limit", "offset", "after") if walked else ("limit", "offset")
    asked = {name: values[0] for name, values in params.items() if name not in of_page}
    return ListQuery(list(_conditions(asked, fields)), list(_orders(asked, fields)), _page(request))


def _page(request: Request) -> Page:
    try:
        return read_page(request, default=DEFAULT_LIMIT, most=MAX_LIMIT)
    except ApiError as error:
        raise unprocessable(error.message, error.code) from None


def _conditions(asked: Mapping[str, str], fields: Mapping[str, Criterion]) -> Iterator[Condition]:
    for name, text in asked.items():
        if _SORT.fullmatch(name):
            continue
        match = _FILTER.fullmatch(name)
        if not match:
            raise _wrong(name, "cannot be asked for: it is no filter[<field>][<operator>], sort, limit or offset")
        field, operator = match.groups()
        if field not in fields:
            raise _wrong(name, f"names no field to filter by: use {_listed(fields)}")
        if operator not in fields[field].operators:
            raise _wrong(name, f"names no operator of this field: use {_listed(fields[field].operators)}")
        try:
            yield Condition(field, operator, fields[field].read(text))
        except ValueError:
            raise _wrong(name, f"must be {fields[field].takes}") from None


def _orders(asked: Mapping[str, str], fields: Mapping[str, Criterion]) -> Iterator[Order]:
    """By the number of each instruction."""
    found: dict[int, dict[str, str]] = {}
    for name, text in asked.items():
        if match := _SORT.fullmatch(name):
            place, part = int(match[1]), match[2]
            if part in found.setdefault(place, {}):
                raise _wrong(name, "is given more than once")
            found[place][part] = text
    times = Counter(one.get("field") for one in found.values())
    for place, one in sorted(found.items()):
        if one.get("field") not in fields:
            raise _wrong(f"sort[{place}][field]", f"must be one of {_listed(fields)}")
        if times[one["field"]] > 1:
            raise _wrong(f"sort[{place}][field]", "names a field that is sorted by already")
        if one.get("direction") not in ("asc", "desc"):
            raise _wrong(f"sort[{place}][direction]", "must be asc or desc")
        yield Order(one["field"], one["direction"] == "desc")


def _wrong(name: str, what: str) -> ApiError:
    return unprocessable(f"{shown(name)} {what}", INVALID_PARAMETER)


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)


def text() -> Criterion:
    def read(value: str) -> str:
        if "\0" in value or len(value) > LONGEST_TEXT:
            raise ValueError
        return value

    return Criterion(
        read, f"a text of at most {LONGEST_TEXT} characters", {"type": "string", "maxLength": LONGEST_TEXT}
    )


def whole() -> Criterion:
    def read(value: str) -> int:
        if not _WHOLE.fullmatch(value):
            raise ValueError
        return int(value)

    return Criterion(read, "a whole number of at most 18 digits", {"type": "integer"})


def choice(values: Collection[str]) -> Criterion:
    def read(value: str) -> str:
        if value not in values:
            raise ValueError
        return value

    return Criterion(read, f"one of {_listed(values)}", {"type": "string", "enum": list(values)}, ("eq",))


def moment() -> Criterion:
    """An instant in UTC, with whole seconds; a day is the instant at which it begins."""

    def read(value: str) -> dt.datetime:
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

    takes = "a day (2026-05-14) or a time (2026-05-14T08:30:00Z) that the calendar has"
    return Criterion(read, takes, {"type": "string", "pattern": f"^{_MOMENT.pattern}$"})


def bounds_of(condition: Condition) -> Mapping[str, dt.datetime]:
    """The condition on an instant as the look-ups of a column, which the Read API shows in seconds."""
    return look_ups(condition.operator, condition.value, shown=SECOND)


def collection(
    request: Request, page: Page, name: str, rows: Sequence[Any], *, more: bool, after: str = ""
) -> Response:
    metadata = {"pagination": links(request, page, more=more, after=after)}
    return Response({"status": "success", "metadata": metadata, "payload": {name: rows}})


def single(payload: Mapping[str, Any]) -> Response:
    return Response({"status": "success", "metadata": {}, "payload": payload})


@contextmanager
def in_time() -> Iterator[None]:
    """`bounded`, refused as everything else of the Read API's lists."""
    try:
        with bounded(what="The list", cure="narrow it by a filter, or leave out the order"):
            yield
    except ApiError as error:
        raise unprocessable(error.message, error.code) from None
