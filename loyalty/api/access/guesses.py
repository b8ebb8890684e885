"""Slow guesses at what is secret and short: misses are counted by key and by customer, and too many end in a 429.

Counted in Valkey, in windows of a minute; without it nothing is counted and tills go on.
"""

from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from loyalty.api.keys.models import ApiKey
from loyalty.api.problems import too_many

from .limits import WINDOW, counter, counter_name


@dataclass(frozen=True)
class Guessed:
    """What can be guessed, and how many misses a minute each may have."""

    name: str
    by_key: int
    by_customer: int


def check_guesses(guessed: Guessed, key: ApiKey, customer: str = "", *, ahead: int = 0) -> None:
    """Raises ApiError (429) for a key, or a customer, that has missed too often. `ahead`: what the same request tries for
    the customer before this, all of which may be misses."""
    limits = [(_of_key(guessed, key), guessed.by_key)]
    if customer:
        limits.append((_of_customer(guessed, key, customer), guessed.by_customer - ahead))
    for name, most in limits:
        if counter().seen(name) >= most:
            raise too_many(f"Too many {guessed.name} that there are not were named: wait a minute", retry_after=WINDOW)


def count_miss(guessed: Guessed, key: ApiKey, customer: str = "") -> None:
    counter().count(_of_key(guessed, key))
    if customer:
        counter().count(_of_customer(guessed, key, customer))


def _of_key(guessed: Guessed, key: ApiKey) -> str:
    return f"{counter_name(key)}:{guessed.name}"


def _of_customer(guessed: Guessed, key: ApiKey, customer: str) -> str:
    """The same customer by whatever key. Valkey learns nobody's ID."""
    database = counter_name(key).rpartition(":requests:")[0]
    return f"{database}:{guessed.name}:{salted_hmac('guesses', customer).hexdigest()}"
