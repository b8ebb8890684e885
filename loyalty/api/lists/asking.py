"""`filter`, `sort`, `limit` and `offset` of the Read API's lists, and its envelopes.

`filter[created_at][gte]=2026-01-01&sort[0][field]=created_at&sort[0][direction]=desc`. Whatever cannot be asked for is
refused with 422 and the name of the parameter; nothing is ignored.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from loyalty.api.body.bounds import shown
from loyalty.api.body.parsers import API_KEY
from loyalty.api.problems import ApiError, unprocessable

from .compared import ComparedFilter, ComparedFilters, M, Order
from .paging import INVALID_PARAMETER, Page, links, read_page
from .timeout import bounded

DEFAULT_LIMIT, MAX_LIMIT = 20, 1000

_FILTER = re.compile(r"filter\[([a-z_]{1,40})\]\[([a-z]{1,10})\]")
_SORT = re.compile(r"sort\[([0-9]{1,2})\]\[(field|direction)\]")


@dataclass(frozen=True)
class ListQuery:
    """What a request asks of a list."""

    filters: ComparedFilters
    order: Sequence[Order]
    page: Page

    def of(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Those that are asked for, in their order."""
        return self.filters.ordered(self.filters.narrow(rows), self.order)


def parse_list_query(request: Request, kind: type[ComparedFilters], *, walked: bool = False, **more: Any) -> ListQuery:
    """Of a list that is narrowed and sorted by the `kind`, which may take `more`, and gone on with by a place if it is
    `walked`; raises ApiError (422)."""
    params = {name: values for name, values in request.query_params.lists() if name != API_KEY}
    for name, values in params.items():
        if len(values) > 1:
            raise _wrong(name, "is given more than once")
    of_page = ("limit", "offset", "after") if walked else ("limit", "offset")
    asked = {name: values[0] for name, values in params.items() if name not in of_page}
    narrowed = {name: text for name, text in asked.items() if not _SORT.fullmatch(name)}
    filters = kind(narrowed, **more)
    _check(narrowed, filters)
    return ListQuery(filters, list(_orders(asked, kind.fields())), _page(request))


def _page(request: Request) -> Page:
    try:
        return read_page(request, default=DEFAULT_LIMIT, most=MAX_LIMIT)
    except ApiError as error:
        raise unprocessable(error.message, error.code) from None


def _check(asked: Mapping[str, str], filters: ComparedFilters) -> None:
    """Whether all that is asked can be; the first that cannot is told."""
    for name in asked:
        if name not in filters.filters:
            raise _wrong(name, _unknown(name, filters.fields()))
        if name in filters.unmeant:
            raise _wrong(name, f"must be {filters.filters[name].takes}")


def _unknown(name: str, fields: Mapping[str, ComparedFilter]) -> str:
    match = _FILTER.fullmatch(name)
    if not match:
        return "cannot be asked for: it is no filter[<field>][<operator>], sort, limit or offset"
    if match[1] not in fields:
        return f"names no field to filter by: use {_listed(fields)}"
    return f"names no operator of this field: use {_listed(fields[match[1]].lookups)}"


def _orders(asked: Mapping[str, str], fields: Collection[str]) -> Iterator[Order]:
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
