"""Guessing codes is slow: how many misses a key and a customer have in a minute."""

from coupons.actions import COUPONS, REDEEM, UNREDEEM
from coupons.codes import UNKNOWN
from loyalty.api.access.guesses import Guessed
from loyalty.engine.events import Incoming
from loyalty.intake.api import GuessedEvents

_ACTIONS = frozenset({REDEEM.name, UNREDEEM.name})
GUESSED = Guessed("coupons", by_key=300, by_customer=10)


def _names_a_code(event: Incoming) -> bool:
    return event.action in _ACTIONS or (event.action == "checkout" and COUPONS in event.data)


GUARD = GuessedEvents(GUESSED, _names_a_code, UNKNOWN)
