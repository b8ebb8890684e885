"""Values of products and stores as forms, files and integrators send them: read, or refused by the name of the attribute."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .enums import SHOWN, Status
from .models import ID, LONGEST_ADDRESS, LONGEST_CATEGORY, LONGEST_ID, LONGEST_NAME, LONGEST_URL

Text = str | Promise
Position = tuple[Decimal, Decimal]
MAX_PRICE, PRICE_PLACES = Decimal(10) ** 12, 4
_DEGREES = ((_("latitude"), 90), (_("longitude"), 180))
_PLACES = Decimal("0.000001")
_address = URLValidator(schemes=["http", "https"])


class WrongValues(Exception):
    """`problems`: by attribute, a sentence about what it must be."""

    def __init__(self, problems: Mapping[str, Text]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in problems.items()))
        self.problems = dict(problems)


class _Wrong(Exception):
    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


def read_product(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those attributes that are given, as the model has them; the category is a text. Raises WrongValues."""
    return _read(given, _PRODUCT)


def read_store(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same; `position` becomes `latitude` and `longitude`. Raises WrongValues."""
    found = _read(given, _STORE)
    if "position" in found:
        found["latitude"], found["longitude"] = found.pop("position") or (None, None)
    return found


def read_id(given: Any) -> str:
    """Raises WrongValues of `id`."""
    try:
        found = _text(given, LONGEST_ID)
        ID(found)
    except _Wrong as wrong:
        raise WrongValues({"id": wrong.text}) from None
    except ValidationError as error:
        raise WrongValues({"id": error.messages[0]}) from None
    return found


def _read(given: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    found, problems = dict[str, Any](), dict[str, Text]()
    for name, reader in readers.items():
        if name in given:
            try:
                found[name] = reader(given[name])
            except _Wrong as wrong:
                problems[name] = wrong.text
    if problems:
        raise WrongValues(problems)
    return found


def _text(given: Any, longest: int) -> str:
    """What it is without spaces at its ends. A number is what it looks like, as shops send IDs."""
    if given is None or (isinstance(given, str) and not given.strip()):
        raise _Wrong(_("property is required"))
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise _Wrong(_("must be a text"))
    found = str(given).strip()
    if len(found) > longest or not found.isprintable():
        raise _Wrong(format_lazy(_("must be a text of at most {longest} printable characters"), longest=longest))
    return found


def _or_empty(longest: int) -> Callable[[Any], str]:
    return lambda given: "" if given in (None, "") else _text(given, longest)


def _category(given: Any) -> str | None:
    if given in (None, ""):
        return None
    found = _text(given, LONGEST_CATEGORY)
    if "/" in found:
        raise _Wrong(_("must not have a slash"))
    return found


def _url(given: Any) -> str:
    found = _or_empty(LONGEST_URL)(given)
    try:
        if found:
            _address(found)
    except ValidationError:
        raise _Wrong(_("must be an address that begins with http:// or https://")) from None
    return found


def _price(given: Any) -> Decimal | None:
    if given in (None, ""):
        return None
    found = _number(given)
    if found is None or not 0 <= found < MAX_PRICE or found != round(found, PRICE_PLACES):
        raise _Wrong(_("must be a number of at least 0, with at most four decimals"))
    return found


def _number(given: Any) -> Decimal | None:
    """None for what is none, and for what is not finite."""
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        return None
    try:
        found = Decimal(str(given).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None


def _status(given: Any) -> Status:
    if not isinstance(given, str) or given not in SHOWN:
        raise _Wrong(_("must be active or inactive"))
    return Status(given)


def _position(given: Any) -> Position | None:
    """An object of latitude and longitude, or both in a text, separated by a comma."""
    if given in (None, "", {}):
        return None
    pair = (given.get("latitude"), given.get("longitude")) if isinstance(given, Mapping) else str(given).split(",")
    if len(pair) != 2:
        raise _Wrong(_("must be a latitude and a longitude in degrees, such as 48.2082, 16.3738"))
    latitude, longitude = (_degrees(one, *about) for one, about in zip(pair, _DEGREES, strict=True))
    return latitude, longitude


def _degrees(given: Any, name: Text, most: int) -> Decimal:
    found = _number(given)
    if found is None or abs(found) > most:
        raise _Wrong(format_lazy(_("must have a {name} from -{most} to {most} degrees"), name=name, most=most))
    return found.quantize(_PLACES)


_NAME = {"name": lambda given: _text(given, LONGEST_NAME)}
_PRODUCT: Mapping[str, Callable[[Any], Any]] = {
    **_NAME, "category": _category, "price": _price, "url": _url, "image": _url, "status": _status,
}  # fmt: skip
_STORE: Mapping[str, Callable[[Any], Any]] = {
    **_NAME, "address": _or_empty(LONGEST_ADDRESS), "position": _position, "status": _status,
}  # fmt: skip
