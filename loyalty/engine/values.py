"""Reads an event's attributes. Numbers may be strings on the wire; every refusal names the attribute."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from loyalty.identifiers import fault_of_text, normal
from loyalty.refusals import WrongField

from . import moments
from .events import Incoming

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
MAX_TEXT = 2_000
MAX_TRANSACTION_ID = 128
MAX_POINTS = 1_000_000_000_000
MAX_MONEY = Decimal("1e12")
MONEY_PLACES = 4
NOTHING = Decimal(0)


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
    """The attribute as text in NFC without surrounding blanks; None if absent or empty."""
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise WrongField(name, "must be a text")
    found = normalize("NFC", str(value).strip())
    if len(found) > limit:
        raise WrongField(name, f"must have at most {limit} characters")
    return found or None


def name(data: Mapping[str, Any], attribute: str, *, limit: int) -> str | None:
    """The attribute as what names somebody or something: as `text`, in the one form, and all of it can be seen."""
    found = normal(text(data, attribute, limit=limit) or "")
    if found and (fault := fault_of_text(found, most=limit)):
        raise WrongField(attribute, fault)
    return found or None


def transaction_id(incoming: Incoming) -> str | None:
    return incoming.order or name(incoming.data, "transaction_id", limit=MAX_TRANSACTION_ID)


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
        raise WrongField(name, "must be a number such as 12.50")
    return found


def rounded(number: Decimal, places: int) -> Decimal:
    """Half up, as the database rounds; without zeros that say nothing. Of machine-made numbers such as 0.30000000000000004."""
    found = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return Decimal(int(found)) if found == found.to_integral_value() else found.normalize()


def money(data: Mapping[str, Any], name: str, *, least: Decimal = NOTHING) -> Decimal | None:
    """An amount of money: from `least` to 10^12, rounded to four decimals."""
    found = decimal(data, name)
    if found is None:
        return None
    if not least <= found <= MAX_MONEY:
        raise WrongField(name, f"must be between {least:f} and {MAX_MONEY:f}")
    exponent = found.as_tuple().exponent
    return rounded(found, MONEY_PLACES) if isinstance(exponent, int) and exponent < -MONEY_PLACES else found


def whole(data: Mapping[str, Any], name: str, *, least: int = 1, most: int = MAX_POINTS) -> int | None:
    """The attribute as a whole number within the limits; None if absent or empty."""
    found = decimal(data, name)
    if found is None:
        return None
    if not least <= found <= most or found != found.to_integral_value():
        raise WrongField(name, f"must be a whole number between {least} and {most}")
    return int(found)


def day(data: Mapping[str, Any], name: str, *, earliest: int = 1900) -> dt.date | None:
    """The attribute as a date (YYYY-MM-DD) from the year `earliest` to 2999."""
    value = text(data, name)
    if value is None:
        return None
    try:
        found = dt.date.fromisoformat(value)
        # It reads 20261231 and 2026-W53-4, too.
        if found.isoformat() != value:
            raise ValueError(value)
    except ValueError:
        raise WrongField(name, f"must be a date such as 2026-12-31{_as_day(value)}") from None
    if not earliest <= found.year < 3000:
        raise WrongField(name, f"must be a date between {earliest} and 2999")
    return found


def _as_day(value: str) -> str:
    """How to write the day that a number most likely means."""
    number = moments.number_of(value)
    if number is None:
        return ""
    if meaning := moments.likely(number):
        return f". If {value} means {meaning[0]}, send it as {meaning[1].date().isoformat()}"
    seconds = dt.datetime.fromtimestamp(int(number), dt.UTC) if 10**8 <= number < 10**10 else None
    return f". If {value} means unix seconds, send it as {seconds.date().isoformat()}" if seconds else ""


def moment(data: Mapping[str, Any], name: str, *, latest: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """The attribute as an instant from 2000 to `latest`: unix seconds, or an ISO time, of the zone if it names no offset.

    A clock that is ahead by up to 300 seconds means `latest`.
    """
    value = data.get(name)
    if value is None or value == "":
        return None
    number = moments.number_of(value)
    found = _at(number) if number is not None else moments.read_iso(str(value).strip(), zone)
    if found and moments.EARLIEST <= found <= latest + moments.AHEAD:
        return min(found, latest)
    if number is not None and (meaning := moments.likely(number)):
        cure = f"send unix seconds, or an ISO time such as {meaning[1]:%Y-%m-%dT%H:%M:%S}"
        raise WrongField(name, f"is no unix time. If {value} means {meaning[0]}, {cure}")
    if found is None and number is None:
        raise WrongField(name, "must be unix seconds, or an ISO time such as 2026-12-31T18:30:00Z")
    if found and found > latest:
        raise WrongField(name, "must not be later than now")
    raise WrongField(name, "must be a time from 2000-01-01 to now: unix seconds, or an ISO time")


def _at(seconds: Decimal) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(float(seconds), dt.UTC) if abs(seconds) < 10**11 else None


MAX_QUANTITY = 1_000_000
QUANTITY_PLACES = 3
