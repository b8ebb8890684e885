"""`limit` and `offset` of the newer list endpoints."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request

from loyalty.api.parsers import API_KEY
from loyalty.api.problems import ApiError, bad_request

NEGATIVE_OFFSET, INVALID_PARAMETER, LIMIT_OUT_OF_RANGE = 300121, 300122, 300123
MAX_LIMIT = 100
MAX_OFFSET = 1_000_000
_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class Page:
    limit: int
    offset: int


def read_page(request: Request, *, default: int = 100, most: int = MAX_LIMIT) -> Page:
    limit = _number(request, "limit", default)
    offset = _number(request, "offset", 0)
    if not 1 <= limit <= most:
        raise bad_request(f"limit must be between 1 and {most}", LIMIT_OUT_OF_RANGE)
    if offset < 0:
        raise bad_request("offset must not be negative", NEGATIVE_OFFSET)
    if offset > MAX_OFFSET:
        raise bad_request(f"offset must not be over {MAX_OFFSET}: narrow the list by a filter", INVALID_PARAMETER)
    return Page(limit, offset)


def links(request: Request, page: Page, *, more: bool) -> dict[str, str | None]:
    """`next` and `previous` as path and query, without the key of the caller."""
    return {
        "next": _link(request, page, page.offset + page.limit) if more else None,
        "previous": _link(request, page, max(0, page.offset - page.limit)) if page.offset else None,
    }


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not _NUMBER.fullmatch(text):
        raise _not_a_number(name)
    return int(text)


def _not_a_number(name: str) -> ApiError:
    return bad_request(f"{name} must be a whole number", INVALID_PARAMETER)


def _link(request: Request, page: Page, offset: int) -> str:
    kept: list[tuple[str, Any]] = [
        (name, value)
        for name, values in request.query_params.lists()
        for value in values
        if name not in (API_KEY, "limit", "offset") and not name.startswith("X-Antavo-")
    ]
    return f"{request.path}?{urlencode([*kept, ('limit', page.limit), ('offset', offset)])}"
