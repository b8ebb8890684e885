"""What a fact is: something true of a customer that rules ask for. Each room offers its own, in its `facts.py`.

A fact says its words, what it takes, the type of its value, and where the value is in the database. What it takes from a
rule reaches SQL by `ask.bind` alone, so nothing that somebody has typed is ever a part of a statement.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from loyalty.contributions import contributed
from loyalty.engine.actions import Text

from .enums import Kind, Op, Reach
from .windows import Days

# The ID of a choice and its name.
Choices = Callable[[], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Option:
    """Something that a fact takes besides: `lead` are the words before it in a sentence, "" directly after the fact's own.

    One that need not be there has words of its own. `kind` is CHOICE, TEXT, NUMBER, or None for conditions on the
    attributes of an event.
    """

    name: str
    label: Text
    kind: Kind | None = Kind.TEXT
    lead: str = ""
    required: bool = True
    choices: Choices | None = None


@dataclass(frozen=True)
class AttributeCondition:
    """Of an attribute of an event: the value is a text, a number, a list of texts, or None."""

    attribute: str
    op: Op
    value: Any = None


class Ask(Protocol):
    """What a rule asks a fact for, of whom, as of which day."""

    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def days(self) -> Days: ...
    @property
    def today(self) -> dt.date: ...
    @property
    def zone(self) -> ZoneInfo: ...
    def bind(self, value: Any) -> str:
        """The place of the value in the statement."""
        ...

    def of(self, column: str) -> str:
        """A condition: the column names one of the customers whom the statement is about."""
        ...

    def of_family(self, column: str) -> str:
        """The same, or a profile that was merged into one of them."""
        ...

    def between(self, column: str) -> Sequence[str]:
        """Conditions: the instant is within the window."""
        ...


@dataclass(frozen=True)
class Source:
    """Where the value is: an expression over the customer's row `c`, or, with `tables`, over what follows FROM.

    `key` is the customer's id among them. `grouped`: an aggregate over the rows of each. `empty`: what the value is for
    who has no row, None or a number.
    """

    value: str
    tables: str = ""
    where: Sequence[str] = ()
    key: str = "customer_id"
    grouped: bool = False
    empty: Decimal | None = None


@dataclass(frozen=True)
class Fact:
    """`name` is for stored rules, and never changes. `words` begin its sentence; `negated` those of its contrary, if that
    has words of its own; `also` are read as well and never written."""

    name: str
    words: str
    kind: Kind
    label: Text
    source: Callable[[Ask], Source]
    options: Sequence[Option] = ()
    reach: Reach = Reach.NONE
    choices: Choices | None = None
    negated: str = ""
    also: Sequence[str] = ()
    # What the answer is compared with moves by itself: an age, the days since something.
    by_day: bool = False


def no_facts() -> Sequence[Fact]:
    return ()


@dataclass(frozen=True)
class Facts:
    """A room's contribution: facts that are always there, and those that the brand's configuration makes."""

    label: Text
    fixed: Sequence[Fact] = ()
    configured: Callable[[], Sequence[Fact]] = field(default=no_facts)


def known_facts() -> Sequence[tuple[Text, Sequence[Fact]]]:
    """By room. Reads the configuration."""
    return [(one.label, [*one.fixed, *one.configured()]) for one in contributed(Facts)]
