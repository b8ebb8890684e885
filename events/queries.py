"""What events say, with the customers whom they name called by their IDs."""

from collections.abc import Iterable, Mapping
from typing import Any

from customers.models import Customer
from customers.sight.queries import reached
from loyalty.engine.status import ERASED
from loyalty.staff.sight import EVERYTHING, Sight

from .models import Event

# What stands in an event for another customer, by action, and what it is called where it is shown.
OTHERS = {
    "referral": ("referred_key", "referred"),
    "referral_points": ("referrer_key", "referrer"),
} | {"coupon_receive": ("original_key", "original")}


def readable(events: Iterable[Event], sight: Sight = EVERYTHING) -> dict[int, dict[str, Any]]:
    """By event, its attributes with other customers by their IDs of today; who was erased or is not seen is left out. At most
    one query."""
    events = list(events)
    keys = {event.data.get(OTHERS[event.action][0]) for event in events if event.action in OTHERS} - {None}
    others = Customer.objects.filter(reached(sight), id__in=keys).exclude(status__in=ERASED)
    known = dict(others.values_list("id", "public_id")) if keys else {}
    return {event.id: _readable(event, known) for event in events}


def _readable(event: Event, known: Mapping[int, str]) -> dict[str, Any]:
    # Integrators may call an attribute anything: of other actions, none is a key.
    key, name = OTHERS.get(event.action, (None, ""))
    if key is None or key not in event.data:
        return dict(event.data)
    other = known.get(event.data[key])
    kept = {attribute: value for attribute, value in event.data.items() if attribute != key}
    return {name: other, **kept} if other else kept
