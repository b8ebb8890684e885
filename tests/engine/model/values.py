"""Reads an event's attributes, each refusal naming the attribute."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

Data = dict[str, Any]
NUMBER = re.compile(r"\s*[+-]?[0-9]+(\.[0-9]+)?\s*")


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


def number(data: Data, name: str) -> Decimal | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool | list | dict) or not NUMBER.fullmatch(str(value)):
        raise Refusal(0, name)
    return Decimal(str(value).strip())


def money(data: Data, name: str) -> Decimal | None:
    found = number(data, name)
    if found is not None and not (0 <= found <= 10**12 and (found * 10**4) % 1 == 0):
        raise Refusal(0, name)
    return found


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


def quantity(item: Data) -> int:
    found = whole(item, "quantity", 0, 10**6)
    return 1 if found is None else found


def line_total(item: Data, place: str) -> Decimal:
    """`subtotal`, or price × quantity − discount; what is wrong is told with the line's place."""
    try:
        subtotal, price = money(item, "subtotal"), money(item, "price")
        if subtotal is not None:
            return subtotal
        if price is None:
            raise Refusal(0, "subtotal")
        found = price * quantity(item) - (money(item, "discount") or 0)
    except Refusal as refusal:
        raise Refusal(0, place or refusal.about) from refusal
    if found < 0:
        raise Refusal(0, place or "discount")
    return found
