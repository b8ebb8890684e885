"""Reads an event's attributes, each refusal naming the attribute."""

import datetime as dt
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

Data = dict[str, Any]
NUMBER = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\s*")


class Refusal(Exception):
    """`about` is what the message must speak of."""

    def __init__(self, code: int, about: str = "") -> None:
        super().__init__(code, about)
        self.code, self.about = code, about


def text(data: Data, name: str, limit: int = 2000) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool | list | dict) or len(str(value).strip()) > limit:
        raise Refusal(0, name)
    return str(value).strip() or None


def currency(data: Data) -> str | None:
    """Three letters, in capitals."""
    named = text(data, "currency", 3)
    if named and not re.fullmatch("[A-Za-z]{3}", named):
        raise Refusal(0, "currency")
    return named.upper() if named else None


def number(data: Data, name: str) -> Decimal | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool | list | dict) or not NUMBER.fullmatch(str(value)):
        raise Refusal(0, name)
    return Decimal(str(value).strip())


def half_up(figure: Fraction | Decimal, places: int = 0) -> Decimal:
    """The half goes away from 0."""
    scaled = abs(Fraction(figure)) * 10**places + Fraction(1, 2)
    found = Decimal(math.floor(scaled)) / 10**places
    return found if figure >= 0 else -found


def money(data: Data, name: str, least: int = 0) -> Decimal | None:
    """To four decimals."""
    found = number(data, name)
    if found is not None and not least <= found <= 10**12:
        raise Refusal(0, name)
    return None if found is None else half_up(found, 4)


def whole(data: Data, name: str, least: int, most: int = 10**12) -> int | None:
    found = number(data, name)
    if found is not None and not (least <= found <= most and found % 1 == 0):
        raise Refusal(0, name)
    return None if found is None else int(found)


def day(data: Data, name: str) -> dt.date | None:
    value = text(data, name)
    if value and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise Refusal(0, name)
    return dt.date.fromisoformat(value) if value else None


def quantity(item: Data, least: int = 0) -> Decimal | None:
    """To three decimals."""
    found = number(item, "quantity")
    if found is not None and not least <= found <= 10**6:
        raise Refusal(0, "quantity")
    return None if found is None else half_up(found, 3)


def line_total(item: Data, many: Decimal) -> Decimal:
    """`subtotal`, or price × quantity − discount: the discount lowers what it is on, which may be below 0."""
    subtotal, price = money(item, "subtotal", -(10**12)), money(item, "price", -(10**12))
    if subtotal is not None:
        if many < 0 < subtotal:
            raise Refusal(0, "subtotal")
        return subtotal
    if price is None:
        raise Refusal(0, "subtotal")
    if price < 0 and many < 0:
        raise Refusal(0, "price")
    discount = money(item, "discount", -(10**12)) or Decimal(0)
    full = price * many
    wrong_way = discount > 0 if full < 0 else discount < 0
    if wrong_way or abs(discount) > abs(full):
        raise Refusal(0, "discount")
    return half_up(full - discount, 4)
