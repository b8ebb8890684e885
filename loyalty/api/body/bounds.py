"""How large a body from outside may be, in every dimension. One set for the API, webhooks and imports."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from loyalty.api.problems import ApiError, bad_request, too_large

MAX_BYTES = 1024 * 1024
# Of requests about many customers, a hundred thousand of whom may have long IDs.
MAX_BULK_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
# In one object. What the whole body may hold follows from its size: every documented maximum fits in.
MAX_KEYS = 2_000
# Only what costs memory without saying anything reaches this: five bytes a value.
MAX_VALUES = 200_000
MAX_DIGITS = 40
MAX_EXPONENT = 30
SMALLEST, LARGEST = -(2**63), 2**63 - 1

_UNPRINTABLE = re.compile(r"[^ -~]")


def check_size(size: int, most: int = MAX_BYTES) -> None:
    if size > most:
        raise too_large(f"The body is larger than {most:,} bytes: send fewer items in one request")


def too_deep() -> ApiError:
    return bad_request(f"The body is nested more than {MAX_DEPTH} levels deep")


def too_many_keys() -> ApiError:
    return bad_request(f"The body has an object of more than {MAX_KEYS:,} keys")


def too_many_values() -> ApiError:
    return bad_request(f"The body has more than {MAX_VALUES:,} values: send fewer items in one request")


def shown(name: str) -> str:
    """A key or field name of the sender, fit for a message."""
    clean = _UNPRINTABLE.sub("?", name)
    return f"'{clean[:60]}...'" if len(clean) > 60 else f"'{clean}'"


def decoded(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise bad_request("The body is UTF-16: send it as UTF-8")
    if body.startswith(b"\xef\xbb\xbf"):
        raise bad_request("The body starts with a byte order mark: send UTF-8 without one")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_request(f"The body is not UTF-8: see byte {error.start + 1}") from None


def check_text(value: str, place: str) -> None:
    if "\0" in value:
        raise bad_request(f"{place} contains a NUL character")
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise bad_request(f"{place} contains half of a surrogate pair, which is not a character")


def check_parameters(given: Iterable[tuple[str, Sequence[str]]]) -> None:
    """The query string's (name, values). A signature leaves the order of equal names open, so none may come twice."""
    for name, values in given:
        check_text(name, "The name of a parameter")
        if len(values) > 1:
            raise bad_request(f"The parameter {shown(name)} is given twice")


def check_texts(value: Any, place: str = "The body") -> None:
    """Recursive, which is safe: the depth has been checked."""
    match value:
        case str():
            check_text(value, place)
        case dict():
            for name, inner in value.items():
                check_text(name, f"A key in {place[0].lower()}{place[1:]}")
                check_texts(inner, shown(name))
        case list():
            for inner in value:
                check_texts(inner, place)
