"""Why a customer cannot claim a reward, as staff read it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from loyalty.formats import instant, number
from rewards.catalogue.enums import ReasonCode
from rewards.claims.offers import SUSPENDED, Offer
from rewards.claims.rules import Reason

Numbers = Mapping[str, Any]


def why_not(offer: Offer) -> str:
    """All that is in the way, as one line; empty if nothing is."""
    if offer.bar is None:
        return in_words(offer.reasons)
    text = gettext("The customer is suspended") if offer.bar == SUSPENDED else gettext("The customer is not active")
    return ". ".join(filter(None, [text, in_words(offer.reasons)]))


def in_words(reasons: Sequence[Reason]) -> str:
    return ". ".join(dict.fromkeys(WORDS[one.reason](one.numbers) for one in reasons))


def _inactive(numbers: Numbers) -> str:
    return gettext("Coming soon") if numbers.get("status") == "coming_soon" else gettext("Not active")


def _audience(numbers: Numbers) -> str:
    if "store" in numbers:
        return gettext("Not in the store %s") % numbers["store"]
    if groups := numbers.get("in"):
        return gettext("Not for customers in %s") % _groups(groups)
    return gettext("Only for customers in %s") % _groups(numbers.get("not_in", ()))


def _groups(names: Sequence[str]) -> str:
    """`segment:buyers` as “segment buyers”."""
    return gettext(" or ").join(name.replace(":", " ", 1) for name in names)


def _stock(numbers: Numbers) -> str:
    left = numbers.get("left", 0)
    return gettext("Only %s left") % number(left) if left else gettext("None left")


def _limit(numbers: Numbers) -> str:
    counts = {"claimed": number(numbers.get("claimed", 0)), "limit": number(numbers.get("limit", 0))}
    return gettext("Claimed %(claimed)s of %(limit)s times") % counts


def _points(numbers: Numbers) -> str:
    told = {name: number(numbers.get(name, 0)) for name in ("missing", "available", "required")}
    return gettext("%(missing)s points missing: %(available)s of %(required)s") % told


def _at(value: Any) -> str:
    return instant(value) if isinstance(value, dt.datetime) else str(value)


WORDS: Mapping[ReasonCode, Callable[[Numbers], str]] = {
    ReasonCode.INACTIVE: _inactive,
    ReasonCode.NOT_STARTED: lambda numbers: gettext("Not before %s") % _at(numbers["starts_at"]),
    ReasonCode.ENDED: lambda numbers: gettext("Over since %s") % _at(numbers["ends_at"]),
    ReasonCode.AUDIENCE: _audience,
    ReasonCode.STOCK: _stock,
    ReasonCode.LIMIT: _limit,
    ReasonCode.INTERVAL: lambda numbers: gettext("Again from %s") % _at(numbers["again_at"]),
    ReasonCode.PRICE: lambda numbers: gettext("No price in %s") % (numbers["currency"] or gettext("this currency")),
    ReasonCode.POINTS: _points,
    ReasonCode.LOCK: lambda numbers: gettext("Locked until %s") % _at(numbers["until"]),
    ReasonCode.CODES: lambda numbers: gettext("No code left in the coupon pool %s") % numbers["pool"],
}
