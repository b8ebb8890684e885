"""Pools as request bodies have them: each field is read, or refused with the code that is published for it."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from coupons.enums import CouponType, PoolSource, UpdateMethod
from coupons.pools.program import MAX_EXPIRY
from loyalty.api.problems import ApiError, bad_request
from loyalty.calendar import Unit

Body = Mapping[str, Any]
MAX_NAME = 100
MAX_PLACES = 1_000
LEAST_ID, LONGEST_ID = 6, 24
MAX_AMOUNT = Decimal(10) ** 11
_EXPIRATION = re.compile(r"([1-9][0-9]{0,3}) ?(day|month|year)s?", re.IGNORECASE)
# The amounts: by field, the codes for no number and for too little, and the least.
_AMOUNTS: Mapping[str, tuple[int, int, Decimal]] = {
    "value": (202012, 202014, Decimal("0.01")),
    "purchase_minimum": (202015, 202016, Decimal(1)),
    "minimum_value": (202017, 202018, Decimal(1)),
    "minimum_redemption_value": (202019, 202020, Decimal(1)),
}
_OF_GIFT_CARDS = {"minimum_value": 202039, "minimum_redemption_value": 202040, "currency": 202041}


def read_new(body: Body) -> dict[str, Any]:
    """As the program file has it. Raises ApiError."""
    found = _read(body)
    for name, code in (("source", 202005), ("name", 202007), ("type", 202009)):
        if name not in found:
            raise bad_request(f"The {name} is required", code=code)
    if found["type"] != CouponType.FREE_SHIPPING and found.get("value") is None:
        raise bad_request("The value must be at least 0.01", 202014)
    _check_type(found, found["type"])
    return found


def read_changes(body: Body, type: str) -> dict[str, Any]:
    """What is to be changed of a pool of the type. Raises ApiError."""
    found = _read(body)
    if found.get("type", type) != type:
        raise bad_request("The type cannot be changed: the codes of the pool were made so", 202011)
    _check_type(found, type)
    return found


def read_method(body: Body) -> tuple[UpdateMethod, bool]:
    method, matching = body.get("update_method"), body.get("update_matching", False)
    if method is None or method == "":
        raise bad_request("The update_method is required", 202033)
    if not isinstance(method, str):
        raise bad_request("The update_method must be a string", 202034)
    if method not in UpdateMethod.values:
        raise bad_request("Given update_method parameter is invalid", 202035)
    if not isinstance(matching, bool):
        raise bad_request("The update_matching must be a boolean", 202038)
    return UpdateMethod(method), matching


def _read(body: Body) -> dict[str, Any]:
    """The fields that are there; null is nothing where nothing is possible."""
    found = {name: read(body[name]) for name, read in _READERS.items() if body.get(name) is not None}
    found |= {name: _amount(name, body[name]) for name in _AMOUNTS if body.get(name) is not None}
    nothing = {name: None for name in (*_AMOUNTS, "external_id") if name in body and body[name] is None}
    found |= {name: value for name, value in nothing.items() if name != "value"}
    if "expiration_time" in body:
        found["expires"] = _expires(body["expiration_time"])
    return found


def _check_type(found: Mapping[str, Any], type: str) -> None:
    for name, code in _OF_GIFT_CARDS.items():
        if type != CouponType.GIFT_CARD and found.get(name) not in (None, ""):
            raise bad_request(f"The {name} is not allowed for this type of pool", code=code)


def _amount(name: str, value: Any) -> str:
    no_number, too_small, least = _AMOUNTS[name]
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise bad_request(f"The {name} must be a number", code=no_number)
    found = Decimal(value)
    if abs(found) > MAX_AMOUNT:
        raise bad_request(f"The {name} must be a number below {MAX_AMOUNT:f}", code=no_number)
    if found != found.quantize(Decimal("0.01")):
        code = 202013 if name == "value" else no_number
        raise bad_request(f"The {name} must be a value with up to 2 decimal places", code=code)
    if found < least:
        raise bad_request(f"The {name} must be at least {least:f}", code=too_small)
    return f"{found:f}"


def _text(name: str, code: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_NAME or not value.isprintable():
            raise bad_request(f"The {name} must be a string", code=code)
        return value.strip()

    return read


def _source(value: Any) -> str:
    """Pools of other sources are made in the back office."""
    if value != PoolSource.UPLOADED:
        raise bad_request("Given source parameter is invalid", 202006)
    return PoolSource.UPLOADED.value


def _type(value: Any) -> str:
    if not isinstance(value, str):
        raise bad_request("The type must be a string", 202010)
    if value not in CouponType.values:
        raise bad_request("Given type parameter is invalid", 202011)
    return value


def _currency(value: Any) -> str:
    if not isinstance(value, str):
        raise bad_request("The currency must be a string", 202021)
    if not re.fullmatch(r"[A-Za-z]{1,8}", value):
        raise bad_request("The currency must contain only letters", 202022)
    return value.upper()


def _external_id(value: Any) -> str:
    if not isinstance(value, str):
        raise bad_request("The external_id must be a string", 202030)
    if not LEAST_ID <= len(value) <= LONGEST_ID or not value.isprintable():
        raise bad_request(f"The external_id must be between {LEAST_ID} and {LONGEST_ID} characters", 202032)
    return value


def _expires(value: Any) -> dict[str, Any] | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise bad_request("The expiration_time must be a string", 202023)
    match = _EXPIRATION.fullmatch(value.strip())
    if match is None:
        raise bad_request("Given expiration_time parameter is invalid", 202024)
    number, unit = int(match[1]), Unit(f"{match[2].lower()}s")
    if number > MAX_EXPIRY[unit]:
        raise bad_request("Given expiration_time parameter is invalid", 202025)
    return {"after": number, "unit": unit.value}


def _aggregated(value: Any) -> bool:
    if not isinstance(value, bool):
        raise bad_request("The aggregated must be a boolean", 202026)
    return value


def _ids(name: str, code: int) -> Callable[[Any], list[str]]:
    """Whether they are of the catalogue the operation says."""

    def read(value: Any) -> list[str]:
        if not isinstance(value, list) or len(value) > MAX_PLACES or not all(_is_id(one) for one in value):
            raise bad_request(f"The {name} must be an array", code=code)
        return sorted(set(value))

    return read


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 128 and value.isprintable()


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "external_id": _external_id,
    "name": _text("name", 202008),
    "source": _source,
    "type": _type,
    "currency": _currency,
    "aggregated": _aggregated,
    "stores": _ids("stores", 202027),
    "products": _ids("products", 202029),
}
# What is wrong with a pool as a whole: its field → the code.
_CODES = {
    "external_id": 202031, "aggregated": 202026, "type": 202011, "currency": 202022, "source": 202006, "stores": 202028,
    "products": 202029,
}  # fmt: skip
# In the published words, where they are not the programme's.
_WORDS = {
    "external_id": "The external_id must be unique",
    "stores": "The stores must be a valid store id",
    "products": "The products must be known",
}


def problem(path: str, message: str) -> ApiError:
    name = path.rpartition(".")[2]
    return bad_request(_WORDS.get(name, f"The {name} {message}"), code=_CODES.get(name, 0))
