"""A reward as integrators write it: by the names of the interface, each of which may be spelt in several ways, as the
program file has it. What is wrong in itself is left for the file's schema to say; only forms are read here."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from loyalty.api.lists.moments import read_moment
from loyalty.program.queries import general_settings
from rewards.catalogue.queries import CF
from rewards.catalogue.schedule import read_interval
from rewards.catalogue.sections.program import REWARDS, TEXTS
from rewards.catalogue.texts import PLAIN_LANGUAGE

Reader = Callable[[Any], Any]
Item = Mapping[str, Any]
# A name of the interface, and the file's name for it.
SPELLINGS: Mapping[str, str] = {
    "type": "type",
    **{name: name for name in TEXTS},
    "message": "message",
    "image_url": "image_url",
    "gallery": "gallery",
    "images": "gallery",
    "download_url": "download_url",
    "price": "prices",
    "max_price": "max_price",
    "price_step": "price_step",
    "price_ste": "price_step",
    "account": "account",
    "cost": "cost",
    "coupon_pool": "pools",
    "coupon_pools": "pools",
    "segments": "audience",
    "audience": "audience",
    "stores": "stores",
    "starts_at": "starts_at",
    "start_at": "starts_at",
    "ends_at": "ends_at",
    "end_at": "ends_at",
    "display_coming_soon": "display_coming_soon",
    "countdown_until_start": "countdown_until_start",
    "countdown_until_end": "countdown_until_end",
    "hidden": "hidden",
    "hide_restricted": "hide_restricted",
    "visibility": "visibility",
    "stock": "stock",
    "limit": "max_claims",
    "max_claims": "max_claims",
    "repeat_interval": "repeat_interval",
    "lock": "lock",
    "lock_seconds": "lock_seconds",
    "transferable": "transferable",
    "transferrable": "transferable",
    "transfer_points": "transfer_points",
    "transfer_limit": "transfer_limit",
    "transfer_coupon_expiration": "transfer_date",
    "transfer_coupon_expires_in": "transfer_expires",
    "notifications": "notifications",
    "user_notification": "user_notifications",
    "user_notifications": "user_notifications",
    "webhook_data": "webhook_data",
    "custom_data": "custom_data",
    "category": "category",
    "order": "position",
    "position": "position",
}
_FLAGS = {"true": True, "false": False, "1": True, "0": False, 1: True, 0: False}
_WHOLE = re.compile(r"-?[0-9]{1,15}(\.0+)?")


class WrongProperty(Exception):
    """`name` as it was sent, and what it must be, as the end of a sentence."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"'{name}' {text}")


@dataclass(frozen=True)
class Written:
    """`spelt`: by the file's names, how the body calls them."""

    values: Mapping[str, Any]
    spelt: Mapping[str, str]


def read_reward(body: Item, before: Item) -> Written:
    """Those properties that the body has; null is what a property is if nobody says. `before`: the reward as it is; of a new
    one nothing. Raises WrongProperty."""
    values, spelt = dict[str, Any](), dict[str, str]()
    for name, field in SPELLINGS.items():
        if name not in body:
            continue
        found = _default(field) if body[name] is None else _read(name, field, body[name], before)
        if field in values and values[field] != found:
            found = _meant(name, field, values[field], found, before, spelt)
        values[field], spelt[field] = found, name
    if own := {name: value for name, value in body.items() if name.startswith(CF)}:
        values["custom_data"] = _with_own(own, values, before.get("custom_data", {}))
        spelt.setdefault("custom_data", min(own))
    return Written(values, spelt)


def _meant(name: str, field: str, first: Any, found: Any, before: Item, spelt: Mapping[str, str]) -> Any:
    """Of two spellings that differ the one that is new: clients change one and send the other back as they have read it."""
    if _is_part(field, first, found):
        return found
    known = [one for one in (first, found) if field not in before or one != before[field]]
    if len(known) > 1:
        raise WrongProperty(name, f"must be the same as '{spelt[field]}': both are one property")
    return known[0]


def _is_part(field: str, part: Any, whole: Any) -> bool:
    """Whether it is what clients read beside the whole: the first pool, the segments of the audience."""
    if field == "pools":
        return isinstance(whole, list) and part == whole[:1]
    if field != "audience" or not isinstance(whole, Mapping):
        return False
    admitted = whole.get("any", [])
    return isinstance(admitted, list) and part.get("any", []) == [
        one for one in admitted if isinstance(one, Mapping) and "segment" in one
    ]


def _with_own(own: Item, values: Item, before: Item) -> dict[str, Any]:
    """Fields of the brand's own beside the others; null takes one away."""
    new = {name: value for name, value in own.items() if name not in before or value != before[name]}
    kept = values.get("custom_data", before)
    return {name: value for name, value in {**kept, **new}.items() if value is not None or name not in own}


def _default(field: str) -> Any:
    return REWARDS.fields["properties"][field].get("default", {})


def _read(name: str, field: str, given: Any, before: Item) -> Any:
    if name == "segments":
        return _segments(name, given, before.get("audience", {}))
    if name == "coupon_pool" and before.get("pools") and given == before["pools"][0]:
        return before["pools"]
    if field in ("starts_at", "ends_at"):
        return _instant(name, given)
    reader = _READERS.get(field)
    return reader(name, given) if reader else given


def _text(name: str, given: Any) -> Any:
    """A text is of the language that texts are in which come without one."""
    return {PLAIN_LANGUAGE: given} if isinstance(given, str) else given


def _flag(name: str, given: Any) -> Any:
    plain = given.strip().lower() if isinstance(given, str) else given
    return _FLAGS.get(plain, given) if isinstance(plain, str | int) and not isinstance(plain, bool) else given


def _whole(name: str, given: Any) -> Any:
    """A form has texts only; JSON has one kind of number."""
    if isinstance(given, str) and not given.strip():
        return None
    if isinstance(given, str | float | Decimal) and _WHOLE.fullmatch(str(given).strip()):
        return int(Decimal(str(given).strip()))
    return given


def _place(name: str, given: Any) -> Any:
    return 0 if given == "" else _whole(name, given)


def _prices(name: str, given: Any) -> Any:
    """A number is in the programme's currency."""
    if isinstance(given, Mapping):
        return {currency: _whole(name, points) for currency, points in given.items()}
    found = _whole(name, given)
    if found is None:
        return {}
    if isinstance(found, bool) or not isinstance(found, int):
        raise WrongProperty(name, "must be a whole number of points, or an object of them by currency")
    return {general_settings().currency: found}


def _cost(name: str, given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        return given
    found = str(given).strip()
    return (found.rstrip("0").rstrip(".") if "." in found else found) or None


def _account(name: str, given: Any) -> Any:
    return given.get("id", "") if isinstance(given, Mapping) else given


def _category(name: str, given: Any) -> Any:
    found = given.get("id") if isinstance(given, Mapping) else given
    return found if found != "" else None


def _pools(name: str, given: Any) -> Any:
    return [one for one in [given] if one != ""] if isinstance(given, str) else given


def _ids(name: str, given: Any) -> list[Any]:
    """Of a list of IDs, or of objects with one."""
    if not isinstance(given, list):
        raise WrongProperty(name, "must be a list of IDs")
    return [one.get("id") if isinstance(one, Mapping) else one for one in given]


def _stores(name: str, given: Any) -> Any:
    return _ids(name, given)


def _segments(name: str, given: Any, now: Item) -> Any:
    """In place of the segments that are admitted now; lists, labels and whom it keeps out stay."""
    others = [group for group in now.get("any", ()) if "segment" not in group]
    return {**now, "any": [*({"segment": id} for id in _ids(name, given)), *others]}


def _instant(name: str, given: Any) -> Any:
    """As the file has it; `{}` is none, as published."""
    if given in ("", {}, []):
        return None
    found = read_moment(given, timezone.get_default_timezone()) if isinstance(given, str) else None
    if found is None or not 1000 <= found.year < 3000:
        raise WrongProperty(name, "must be a date such as 2026-01-31T12:00:00+01:00 or 2026-01-31")
    return found.astimezone(dt.UTC).isoformat() if isinstance(found, dt.datetime) else found.isoformat()


def _interval(name: str, given: Any) -> Any:
    if given in ("", {}):
        return None
    try:
        number, unit = read_interval(given if isinstance(given, str) else "")
    except ValueError:
        raise WrongProperty(name, "must be a number and a unit, such as 1 week") from None
    return {"after": number, "unit": unit.value}


def _pairs(name: str, given: Any) -> Any:
    """An object, or a list of `{"key": …, "value": …}` or of objects."""
    if isinstance(given, Mapping):
        return {key: _said(value) for key, value in given.items()}
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise WrongProperty(name, "must be an object, or a list of objects with a key and a value")
    return dict(_listed_pairs(name, given))


def _listed_pairs(name: str, given: list[Item]) -> Iterator[tuple[str, Any]]:
    for one in given:
        if one.keys() == {"key", "value"}:
            if not isinstance(one["key"], str):
                raise WrongProperty(name, "must have texts as keys")
            yield one["key"], _said(one["value"])
        else:
            yield from ((str(key), _said(value)) for key, value in one.items())


def _said(value: Any) -> Any:
    """Numbers are what they look like."""
    return str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def _custom(name: str, given: Any) -> Any:
    return {} if given == [] else given


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(
        ("display_coming_soon", "countdown_until_start", "countdown_until_end", "hidden", "hide_restricted", "transferable",
         "notifications", "user_notifications"),
        _flag,
    ),
    **dict.fromkeys(
        ("max_price", "price_step", "stock", "max_claims", "transfer_points", "transfer_limit", "lock_seconds"), _whole
    ),
    "position": _place,
    "prices": _prices,
    "cost": _cost,
    "account": _account,
    "category": _category,
    "pools": _pools,
    "stores": _stores,
    "repeat_interval": _interval,
    "transfer_expires": _interval,
    "webhook_data": _pairs,
    "custom_data": _custom,
}  # fmt: skip
