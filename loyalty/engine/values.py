"""Reads an event's attributes. Numbers may be strings on the wire; every refusal names the attribute."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from .types import Refused

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
MAX_TEXT = 2_000
MAX_TRANSACTION_ID = 128
MAX_POINTS = 1_000_000_000_000
MAX_MONEY = Decimal("1e12")


def required(name: str) -> Refused:
    return Refused(0, f"'{name}' property is required")


def as_object(value: object) -> dict[str, Any] | None:
    """The value as an object; None if it is none. PHP's JSON has an empty list for an empty object."""
    if isinstance(value, dict):
        return value
    return {} if value == [] else None


def as_list(value: object) -> list[Any] | None:
    """The value as a list; None if it is none. PHP's JSON has an object keyed by numbers for a list with gaps: its
    items in the order of the numbers."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and all(_INDEX.fullmatch(key) for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return None


def text(data: Mapping[str, Any], name: str, *, limit: int = MAX_TEXT) -> str | None:
    """The attribute as text without surrounding blanks; None if absent or empty."""
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Refused(0, f"'{name}' must be a text")
    found = str(value).strip()
    if len(found) > limit:
        raise Refused(0, f"'{name}' must have at most {limit} characters")
    return found or None


def transaction_id(data: Mapping[str, Any]) -> str | None:
    return text(data, "transaction_id", limit=MAX_TRANSACTION_ID)


def _number(value: object) -> Decimal:
    """A text in plain digits; whatever else Python takes for a number (`1_000`, other scripts' digits) is none."""
    if not isinstance(value, str) or len(value) > 40 or not value.isascii() or "_" in value:
        return Decimal("nan")
    try:
        return Decimal(value.strip())
    except InvalidOperation:
        return Decimal("nan")


def decimal(data: Mapping[str, Any], name: str) -> Decimal | None:
    """The attribute as a finite number; None if absent or empty."""
    value = data.get(name)
    if value is None or value == "":
        return None
    if type(value) is int:
        return Decimal(value)
    found = value if isinstance(value, Decimal) else _number(value)
    if not found.is_finite():
        raise Refused(0, f"'{name}' must be a number such as 12.50")
    return found


def money(data: Mapping[str, Any], name: str) -> Decimal | None:
    """An amount of money: from 0 to 10^12, at most four decimals."""
    found = decimal(data, name)
    if found is None:
        return None
    if not 0 <= found <= MAX_MONEY:
        raise Refused(0, f"'{name}' must be between 0 and {MAX_MONEY:f}")
    exponent = found.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4 and found != round(found, 4):
        raise Refused(0, f"'{name}' must have at most four decimals")
    return round(found, 4) if isinstance(exponent, int) and exponent < -4 else found


def whole(data: Mapping[str, Any], name: str, *, least: int = 1, most: int = MAX_POINTS) -> int | None:
    """The attribute as a whole number within the limits; None if absent or empty."""
    found = decimal(data, name)
    if found is None:
        return None
    if not least <= found <= most or found != found.to_integral_value():
        raise Refused(0, f"'{name}' must be a whole number between {least} and {most}")
    return int(found)


def day(data: Mapping[str, Any], name: str) -> dt.date | None:
    """The attribute as a date (YYYY-MM-DD) from 1900 to 2999."""
    value = text(data, name)
    if value is None:
        return None
    try:
        found = dt.date.fromisoformat(value)
        # It reads 20261231 and 2026-W53-4, too.
        if found.isoformat() != value:
            raise ValueError(value)
    except ValueError:
        raise Refused(0, f"'{name}' must be a date such as 2026-12-31") from None
    if not 1900 <= found.year < 3000:
        raise Refused(0, f"'{name}' must be a date between 1900 and 2999")
    return found


def moment(data: Mapping[str, Any], name: str, *, latest: dt.datetime) -> dt.datetime | None:
    """The attribute as an instant given in unix seconds, from 1970 to `latest`."""
    found = decimal(data, name)
    if found is None:
        return None
    if not 0 <= found <= Decimal(latest.timestamp()):
        raise Refused(0, f"'{name}' must be unix seconds, not later than now")
    return dt.datetime.fromtimestamp(float(found), tz=dt.UTC)
