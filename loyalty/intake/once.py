"""What counts once: forms that are sent twice, and events that name something of which the brand has one."""

from loyalty.engine.events import Incoming
from loyalty.engine.programs import programs

# How the engine refuses a nonce that was used before.
REPLAYED = 101031


class AlreadyRecorded(Exception):
    """The same form was sent before, and its event recorded."""


def has_business_key(event: Incoming) -> bool:
    """Whether the event names something that counts once in the whole brand, such as the receipt of a checkout."""
    return any(True for keys_of in programs.composition.plan(event.action).keys for _ in keys_of(event))
