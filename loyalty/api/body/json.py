"""The one JSON reader: what it lets through can be stored, and no body makes it slow, deep or large."""

import json
import re
from collections import Counter
from decimal import Decimal
from itertools import accumulate
from typing import Any, NoReturn

from loyalty.api.problems import bad_request

from . import bounds

# Never backtracks, not even on an unfinished string, so that the shape check takes linear time on any body.
_STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


def read_json(body: bytes, most: int = bounds.MAX_BYTES) -> dict[str, Any]:
    """The object in `body`: integers within 64 bits, other numbers as Decimal. Otherwise an ApiError, 400 or 413."""
    bounds.check_size(len(body), most)
    text = bounds.decoded(body)
    if not text.strip(" \t\r\n"):
        raise bad_request("The body is empty: send a JSON object")
    _check_shape(text)
    try:
        value = _decode(text)
    except json.JSONDecodeError as error:
        raise bad_request(f"The body is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    if value == []:  # how PHP writes an empty object
        value = {}
    if not isinstance(value, dict):
        raise bad_request("The body must be a JSON object: {...}")
    if "\\u" in text:  # the only way for a NUL or half a surrogate pair to come through
        bounds.check_texts(value)
    return value


def _check_shape(text: str) -> None:
    """Counts before anything is built. What strings contain is left out only if the plain count is too high."""
    if text.count("[") + text.count("{") > bounds.MAX_DEPTH or _values(text):
        bare = _STRINGS.sub('"', text)
        if _values(bare):
            raise bounds.too_many_values()
        if _depth(_NOT_BRACKETS.sub("", bare)) > bounds.MAX_DEPTH:
            raise bounds.too_deep()


def _values(text: str) -> bool:
    return text.count(",") + text.count("[") + text.count("{") > bounds.MAX_VALUES


def _depth(brackets: str) -> int:
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > bounds.MAX_KEYS:
        raise bounds.too_many_keys()
    result = dict(pairs)
    if len(result) != len(pairs):
        repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise bad_request(f"The key {bounds.shown(repeated)} is given twice in one object")
    return result


def _integer(digits: str) -> int:
    if len(digits) > 20 or not bounds.SMALLEST <= (number := int(digits)) <= bounds.LARGEST:
        raise bad_request("A whole number is outside of 64 bits: send it as text")
    return number


def _decimal(digits: str) -> Decimal:
    if len(digits) > bounds.MAX_DIGITS:
        raise bad_request(f"A number has more than {bounds.MAX_DIGITS} characters")
    number = Decimal(digits)
    if abs(number.adjusted()) > bounds.MAX_EXPONENT:
        raise bad_request(f"A number is beyond 10^{bounds.MAX_EXPONENT} or too near to 0")
    return number


def _constant(name: str) -> NoReturn:
    raise bad_request(f"{name} is not a JSON number")


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
).decode
