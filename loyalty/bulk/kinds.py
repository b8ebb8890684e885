"""What requests can be about: rooms contribute their kinds. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loyalty.contributions import contributed
from loyalty.engine.actions import Text
from loyalty.engine.events import Actor
from loyalty.refusals import Refused

# Granted to the events of requests: what is closed to single events of integrators may come by a request.
BULK = "bulk"
# Options of any request: whom to tell that it is done, and what of the client's own is told with that.
CALLBACK, ATTRIBUTES = "callback_url", "custom_attributes"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a request is about. Errors are told by its `name`: the customer's ID as it was sent, or a code."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """Some items of a request, in their order. `target`: what the request names, such as a list; `options`: the rest of it."""

    target: str
    options: Mapping[str, Any]
    items: Sequence[Item]
    by: Actor
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an item: `customer_id` is whom it named, if anybody knows; `error` why nothing was done."""

    customer_id: int | None = None
    error: Refused | None = None


@dataclass(frozen=True)
class BulkKind:
    """A kind of request. `family`: whose addresses tell of it; a batch ID is used once in a family.

    `apply`: given items in the transaction of their chunk, what became of each. It records events, and commits nothing.
    `page`: the address of what a request is about, given its `target`.
    """

    name: str
    family: str
    label: Text
    apply: Callable[[Work], Sequence[Result]]
    page: Callable[[str], str] | None = None


def kind_named(name: str) -> BulkKind | None:
    """None where no room takes such requests any more."""
    return next((kind for kind in contributed(BulkKind) if kind.name == name), None)
