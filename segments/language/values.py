"""Values of rules, read from JSON: numbers, days, texts and windows, each bounded. Pure."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from loyalty.calendar import Unit
from loyalty.facts.enums import LISTS, OPS, Kind, Op, Period, Span
from loyalty.facts.windows import MAX_NUMBER, Window

from .refusals import WrongRule

MAX_TEXT, MAX_LIST, MAX_AMOUNT = 200, 500, Decimal(10) ** 15
MAX_MONTHS = 120
TEXT, NUMBERS = frozenset(OPS[Kind.TEXT]), frozenset(OPS[Kind.NUMBER])
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


def read_value(
    kind: Kind, op: Op, data: Any, place: str, known: Collection[str] | None, *, least: int | None = None
) -> Any:
    """What the operator compares with. `known`: the choices, if they are bounded. Raises WrongRule."""
    if kind == Kind.NUMBER:
        return _numbers(data, place) if op == Op.BETWEEN else _number(data, place, least)
    if kind == Kind.DATE:
        return read_window(data, tuple(Span), place) if op == Op.WITHIN else read_day(data, place)
    if op not in LISTS:
        return _known(read_text(data, place), place, known)
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_LIST:
        raise WrongRule(place, f"must be a list of 1 to {MAX_LIST} texts")
    return tuple(_known(read_text(one, f"{place}[{at}]"), f"{place}[{at}]", known) for at, one in enumerate(data))


def _known(text: str, place: str, known: Collection[str] | None) -> str:
    if known is not None and text not in known:
        raise WrongRule(place, f"“{text[:64]}” is none of the known ones")
    return text


def read_text(data: Any, place: str, most: int = MAX_TEXT) -> str:
    if not isinstance(data, str) or not data.strip():
        raise WrongRule(place, "must be a text")
    if len(data) > most:
        raise WrongRule(place, f"is too long: use at most {most} characters")
    if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in data):
        raise WrongRule(place, "must have no control characters")
    return data


def _number(data: Any, place: str, least: int | None = None) -> Decimal:
    if isinstance(data, bool) or not isinstance(data, int | float | Decimal):
        raise WrongRule(place, "must be a number")
    found = Decimal(str(data)) if isinstance(data, float) else Decimal(data)
    if not found.is_finite() or abs(found) > MAX_AMOUNT:
        raise WrongRule(place, "must be a number of at most 15 digits")
    if least is not None and (found < least or found != found.to_integral_value()):
        raise WrongRule(place, f"must be a whole number from {least} on")
    return found


def _numbers(data: Any, place: str) -> tuple[Decimal, Decimal]:
    if not isinstance(data, list) or len(data) != 2:
        raise WrongRule(place, "must be a list of two numbers")
    return _number(data[0], f"{place}[0]"), _number(data[1], f"{place}[1]")


def read_day(data: Any, place: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(data) if isinstance(data, str) and len(data) == 10 else None
    except ValueError:
        found = None
    if found is None:
        raise WrongRule(place, "must be a day such as 2026-03-01")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise WrongRule(place, f"must be a day from {FIRST_DAY} to {LAST_DAY}")
    return found


def read_window(data: Any, spans: Sequence[Span], place: str) -> Window:
    if not isinstance(data, Mapping):
        raise WrongRule(place, "must be an object such as {“last”: 30}")
    names = [name for name in data if name != "unit"]
    if len(names) != 1 or names[0] not in {span.value for span in spans}:
        raise WrongRule(place, f"must say one of {', '.join(span.value for span in spans)}")
    span, value, inner = Span(names[0]), data[names[0]], f"{place}.{names[0]}"
    if span in (Span.LAST, Span.NEXT):
        return _moving(span, value, data.get("unit", Unit.DAYS.value), place)
    if "unit" in data:
        raise WrongRule(f"{place}.unit", "must be left out")
    return _fixed(span, value, inner)


def _moving(span: Span, value: Any, unit: Any, place: str) -> Window:
    if unit not in (Unit.DAYS.value, Unit.MONTHS.value):
        raise WrongRule(f"{place}.unit", "must be “days” or “months”")
    most = MAX_NUMBER if unit == Unit.DAYS.value else MAX_MONTHS
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise WrongRule(f"{place}.{span.value}", f"must be a whole number from 1 to {most}")
    return Window(span, value, Unit(unit))


def _fixed(span: Span, value: Any, place: str) -> Window:
    if span == Span.PERIOD:
        if not isinstance(value, str) or value not in Period.values:
            raise WrongRule(place, f"must be one of {', '.join(Period.values)}")
        return Window(span, period=Period(value))
    if span == Span.BETWEEN:
        if not isinstance(value, list) or len(value) != 2:
            raise WrongRule(place, "must be a list of two days")
        first, last = (read_day(one, f"{place}[{at}]") for at, one in enumerate(value))
        if last < first:
            raise WrongRule(place, "must end on its first day or later")
        return Window(span, first=first, last=last)
    day = read_day(value, place)
    return Window(span, first=day) if span == Span.SINCE else Window(span, last=day)
