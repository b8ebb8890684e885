from importlib import import_module

from django.conf import settings

from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Composition

# How the engine refuses a nonce that was used before.
REPLAYED = 101031


class AlreadyRecorded(Exception):
    """The same form was sent before, and its event recorded."""


def has_business_key(event: Incoming) -> bool:
    """Whether the event names something that counts once in the whole brand, such as the receipt of a checkout."""
    composition: Composition = import_module(settings.LOYALTY_PROGRAM).COMPOSITION
    return any(True for keys_of in composition.plan(event.action).keys for _ in keys_of(event))
