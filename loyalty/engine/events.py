"""What comes in: an event as its sender said it, who sent it, and the keys that let it count once. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loyalty.refusals import Refused as Refused  # what mechanisms raise

# An identity: (scheme, value).
Ref = tuple[str, str]
# The attribute by which an order names the points that it earns, and the right to send it.
POINTS_REWARDED = "points_rewarded"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sends events, and how they came in. `grants` are the attributes that not everybody may send."""

    source: str
    detail: str = ""
    staff_id: int | None = None
    api_key_id: int | None = None
    ip_address: str | None = None
    user_agent: str = ""
    grants: frozenset[str] = frozenset()
    # Nobody vouches for it: a web page sends it. Then only behavioural events, of customers who are there.
    is_page: bool = False


@dataclass(slots=True)
class Incoming:
    """An event as it was sent. `customer` is the value of the identity in `scheme`."""

    customer: str
    action: str
    data: dict[str, Any]
    account: str | None = None
    scheme: str = "id"
    # Names this very form or line of a file; a second event with the same nonce is refused.
    nonce: str | None = None
    # Somebody who is no customer: the event is checked and kept aside.
    guest: bool = False
    # The identity of a second customer whose things the event moves. Only operations name one, never what comes from
    # outside, so its action need not be public. Such an event is a batch of its own. A mechanism's `second` names one
    # by the event's attributes instead.
    target: tuple[str, str] | None = None
    # Nobody is created for it, whatever the programme says of unknown customers.
    must_exist: bool = False
    # The ID of the order, where it is from before there was one form of it; found by `naming`, never from outside.
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A business key that the event needs for itself, and the refusal if another event has it."""

    value: str
    taken: Callable[[], Refused]
