"""What the lists of the Display API can be asked for.

A value that no row can have finds nothing; a parameter that is no filter of the list is refused rather than ignored,
which would find too much.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import Q

from loyalty.api.body.bounds import shown
from loyalty.api.lists.moments import MILLISECOND, look_ups, read_moment
from loyalty.api.lists.paging import INVALID_PARAMETER, is_asked
from loyalty.api.problems import bad_request
from loyalty.engine import values
from loyalty.identifiers import forms

# A filter's value as a condition; None: no row can fulfil it.
Reader = Callable[[Any], Q | None]

# What says how to answer, not what to find; `_` is what pages add against caches.
CONTROL = frozenset({"limit", "offset", "order", "references", "fields", "_"})
FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}


def _exact(column: str, value: Any) -> Q | None:
    return Q(**{column: value}) if isinstance(value, str) else None


def _among(column: str, value: Any) -> Q:
    texts = value if isinstance(value, list) else value.split(",")
    return Q(**{f"{column}__in": [one for one in texts if isinstance(one, str)]})


def _order(value: Any) -> Q | None:
    return Q(transaction_id__in=forms(value)) if isinstance(value, str) else None


def _orders(value: Any) -> Q:
    """Parted by commas, or a list."""
    values = value if isinstance(value, list) else value.split(",")
    return Q(transaction_id__in=[form for one in values if isinstance(one, str) for form in forms(one)])


def _actions(value: Any) -> Q:
    """Parted by commas, with or without blanks."""
    return Q(action__in=[action.strip() for action in str(value).split(",")])


def _points_only(value: Any) -> Q:
    return ~Q(points=0) if _flag("points_only", value) else Q()


def _time(column: str, operator: str, value: Any, *, whole_days: bool) -> Q | None:
    """Compared with a span: a millisecond, or a day of UTC. Without `whole_days` only an equal is one in the day."""
    found = read_moment(value, UTC) if isinstance(value, str) else None
    if found is None:
        return None
    is_day = not isinstance(found, datetime)
    start = found if isinstance(found, datetime) else datetime.combine(found, time(), UTC)
    length = timedelta(days=1) if is_day and (whole_days or operator == "exact") else None
    try:
        bounds = look_ups(operator, start, shown=MILLISECOND, length=length)
    except OverflowError:
        return None
    return Q(**{f"{column}__{name}": bound for name, bound in bounds.items()})


def _times(name: str, column: str, *, whole_days: bool = False) -> dict[str, Reader]:
    return {
        name if operator == "exact" else f"{name}.{operator}": partial(_time, column, operator, whole_days=whole_days)
        for operator in ("exact", "gt", "gte", "lt", "lte")
    }


# `date` is the day of an event, `timestamp` its instant.
TIMES = _times("date", "occurred_at", whole_days=True) | _times("timestamp", "occurred_at")
EVENTS: Mapping[str, Reader] = {
    "action": partial(_exact, "action"),
    "action.in": _actions,
    "actions": _actions,
    "properties.transaction_id": _order,
    "properties.transaction_id.in": _orders,
    "points_only": _points_only,
    **TIMES,
}
TRANSACTIONS: Mapping[str, Reader] = {
    "id": _order,
    "id.in": _orders,
    "status": partial(_exact, "status"),
    "status.in": partial(_among, "status"),
    **_times("created_at", "created_at"),
    **_times("updated_at", "updated_at"),
}


def read_filters(params: Mapping[str, Any], readers: Mapping[str, Reader]) -> Sequence[Q] | None:
    """The conditions of a query or a body; None: nothing can fulfil them. Raises ApiError 300122."""
    check_names(params, readers)
    found = []
    for name in params.keys() & readers.keys():
        value = _plain(params[name])
        condition = None if value is None or "\x00" in value else readers[name](value)
        if condition is None:
            return None
        found.append(condition)
    return found


def check_names(params: Collection[str], known: Collection[str]) -> None:
    unknown = sorted(name for name in params if name not in known and name not in CONTROL and is_asked(name))
    if unknown:
        cure = f"it takes {', '.join(sorted(known))}" if known else "it takes no filters"
        raise bad_request(f"This list cannot be asked for {shown(unknown[0])}: {cure}", INVALID_PARAMETER)


def _plain(value: Any) -> str | list[str] | None:
    """As a query would have it; None for what is neither a text nor a number, nor a list of them."""
    match value:
        case str():
            return value
        case int() if not isinstance(value, bool):
            return str(value)
        case dict() if (listed := values.as_list(value)) is not None:
            return _plain(listed)
        case list():
            return [text for one in value if isinstance(text := _plain(one), str) and "\x00" not in text]
    return None


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
