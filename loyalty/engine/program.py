"""The frozen configuration that events run under. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.refusals import Refused as Refused  # what mechanisms raise


@dataclass(frozen=True, slots=True)
class EventRule:
    """What the engine knows of an action."""

    action: str
    name: str
    default_points: int = 0
    one_time: bool = False
    factory: bool = False
    # Tells nothing personal and of no purchase: it may come unsigned.
    behavioural: bool = False
    # What earns its points where the event names no account; empty: the brand's default account.
    default_account: str = ""
    # For how many days its points stay pending; None: they can be spent at once.
    pending_days: int | None = None


@dataclass(frozen=True)
class Program:
    """The frozen configuration that the engine runs under."""

    version: int
    time_zone: ZoneInfo
    auto_subscribe: str
    currency: str
    modules: frozenset[str]
    event_rules: Mapping[str, EventRule]
    # What each app's mechanism reads of its own configuration, by app.
    config: Mapping[str, Any] = field(default_factory=dict)
    # All that it is built from: what the program file has, and the facts that no file holds.
    document: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    # By which events may name customers.
    schemes: frozenset[str] = frozenset({"id"})
    # Under which no customer is created, as `identifiers.folded` has them.
    refused_names: frozenset[str] = frozenset()
