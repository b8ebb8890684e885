"""What the addresses of rewards are asked: parameters of the lists, and the bodies of claims, revocations and bids."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from loyalty.api.lists.paging import INVALID_PARAMETER, Page, check_names, page_in
from loyalty.api.problems import bad_request
from rewards.catalogue.queries import CF
from rewards.claims.codes import NO_CLAIM

LIST_FIELDS = ("claims", "custom_data", "events", "gallery", "instructions", "terms")
CLAIMED_FIELDS = ("category", "custom_data", "stock", "gallery", "instructions", "terms", "passes")
AVAILABLE_SORTS = ("starts_at", "ends_at", "order")
CLAIMED_SORTS = (*AVAILABLE_SORTS, "first_claimed_at", "last_claimed_at")
DIRECTIONS = ("asc", "desc")
MAX_WHOLE = 1_000_000_000
_WHOLE = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class Asked:
    """`sort`: "" for the order of the list itself."""

    page: Page
    fields: frozenset[str]
    sort: str
    descending: bool


def read_list(query: QueryDict, sorts: Collection[str], fields: Collection[str]) -> Asked:
    """Raises ApiError: 300121 to 300123."""
    check_names(query, {"fields", "limit", "offset", "sort", "order"})
    sort, order = query.get("sort", ""), query.get("order", "").lower()
    if sort and sort not in sorts:
        raise bad_request(f"sort must be one of {', '.join(sorts)}", INVALID_PARAMETER)
    if order and order not in DIRECTIONS:
        raise bad_request("order must be asc or desc", INVALID_PARAMETER)
    return Asked(page_in(query.dict()), fields_in(query, fields), sort, order == "desc")


def fields_in(query: QueryDict, known: Collection[str]) -> frozenset[str]:
    """What is unknown is left out."""
    names = {part.strip() for part in query.get("fields", "").split(",")}
    return frozenset(name for name in names if name in known or name.startswith(CF))


def whole_in(body: Mapping[str, Any], name: str, *, least: int = 1) -> int | None:
    """A whole number, which forms send as a text; None if there is none. Raises ApiError."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not _is_whole(value) or not least <= value <= MAX_WHOLE:
        raise bad_request(f"'{name}' must be a whole number from {least} to {MAX_WHOLE}")
    return int(value)


def _is_whole(value: Any) -> bool:
    try:
        return not isinstance(value, str) and value == int(value)
    except (TypeError, ValueError, OverflowError):
        return False


def event_in(body: Mapping[str, Any]) -> int:
    """The ID of the claim's event. Raises ApiError: what is no number names no event either."""
    value = body.get("event")
    if value is None or value == "":
        raise bad_request("'event' property is required: the ID of the claim's event")
    if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**18:
        raise bad_request("Event not found", NO_CLAIM)
    return value
