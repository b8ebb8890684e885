"""`limit` and `offset` of lists."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.encoding import escape_uri_path
from rest_framework.request import Request

from loyalty.api.body.bounds import shown
from loyalty.api.body.parsers import API_KEY
from loyalty.api.problems import ApiError, bad_request

NEGATIVE_OFFSET, INVALID_PARAMETER, LIMIT_OUT_OF_RANGE = 300121, 300122, 300123
MAX_LIMIT = 100
MAX_OFFSET = 1_000_000
LONGEST_PLACE = 300
_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class Page:
    """`after`: the place that `next` of the page before named (`walking`); texts that are none are as if not given."""

    limit: int
    offset: int
    after: str = ""


def read_page(request: Request, *, default: int = 100, most: int = MAX_LIMIT) -> Page:
    return page_in(request.query_params.dict(), default=default, most=most)


def page_in(params: Mapping[str, Any], *, default: int = 100, most: int = MAX_LIMIT) -> Page:
    """The page that a query or a body asks for. Raises ApiError: 300121 to 300123."""
    limit = _number(params, "limit", default)
    offset = _number(params, "offset", 0)
    if not 1 <= limit <= most:
        raise bad_request(f"limit must be between 1 and {most}", LIMIT_OUT_OF_RANGE)
    if offset < 0:
        raise bad_request("offset must not be negative", NEGATIVE_OFFSET)
    if offset > MAX_OFFSET:
        raise bad_request(f"offset must not be over {MAX_OFFSET}: narrow the list by a filter", INVALID_PARAMETER)
    return Page(limit, offset, str(params.get("after") or "")[:LONGEST_PLACE])


def links(request: Request, page: Page, *, more: bool, after: str = "") -> dict[str, str | None]:
    """`next` and `previous` as path and query, without the key of the caller. `after`: at which place `next` goes on."""
    return {
        "next": _link(request, page, page.offset + page.limit, after) if more else None,
        "previous": _link(request, page, max(0, page.offset - page.limit)) if page.offset else None,
    }


def neighbours(request: Request, page: Page, *, more: bool, after: str = "") -> dict[str, str]:
    """`prev` and `next` as the Display API has them: only if the request names a limit, and where there is such a page."""
    if not request.query_params.get("limit"):
        return {}
    found = links(request, page, more=more, after=after)
    return {name: link for name, link in (("prev", found["previous"]), ("next", found["next"])) if link}


def _number(params: Mapping[str, Any], name: str, default: int) -> int:
    text = "" if params.get(name) is None else str(params[name])
    if not text:
        return default
    if not _NUMBER.fullmatch(text):
        raise _not_a_number(name)
    return int(text)


def _not_a_number(name: str) -> ApiError:
    return bad_request(f"{name} must be a whole number", INVALID_PARAMETER)


def is_asked(name: str) -> bool:
    """Whether a parameter asks for something: the key and the signature are a part of every address."""
    return name != API_KEY and not name.startswith("X-Antavo-")


def check_names(params: Iterable[str], known: Collection[str]) -> None:
    """Raises ApiError: 300122 for what cannot be asked for. `_` is what pages add against caches."""
    if other := next((name for name in sorted(params) if is_asked(name) and name not in known and name != "_"), ""):
        raise bad_request(f"{shown(other)} cannot be asked for", INVALID_PARAMETER)


def _link(request: Request, page: Page, offset: int, after: str = "") -> str:
    kept: list[tuple[str, Any]] = [
        (name, value)
        for name, values in request.query_params.lists()
        for value in values
        if name not in ("limit", "offset", "after") and is_asked(name)
    ]
    kept += [("limit", page.limit), ("offset", offset), *([("after", after)] if after else [])]
    return f"{escape_uri_path(request.path)}?{urlencode(kept)}"
