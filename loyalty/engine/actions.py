"""What an action is: one row for each, beside the rules that own it. The composition joins the rows to one register.

Forms, labels, icons, the checks of attributes and the description of the API are made of it. Pure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .status import Status

# A text that may wait for the reader's language.
Text = str | Promise

ANYBODY = frozenset(Status)
NOBODY: frozenset[Status] = frozenset()
# Whoever has been a member, now or before.
ENROLLED = ANYBODY - {Status.INACTIVE}

# Of mechanisms that take part in every action whose row says `earns`.
EARNING_ACTION = "*earning"


class Kind(StrEnum):
    """How an attribute is read: its type in the description of the API, its input in forms."""

    ANY = auto()
    TEXT = auto()
    PARAGRAPH = auto()
    CODE = auto()  # a text of few characters, `most` of them
    ID = auto()  # the sender's own: a text or a number
    NUMBER_OF_EVENT = auto()
    POINTS = auto()
    POINTS_OR_NONE = auto()  # from 0 on
    SIGNED_POINTS = auto()
    MONEY = auto()
    SIGNED_MONEY = auto()
    QUANTITY = auto()
    DAY = auto()
    MOMENT = auto()
    ITEMS = auto()
    EVENTS = auto()


@dataclass(frozen=True)
class Attribute:
    """One of an action's `data`.

    `required`: the rules refuse an event without it; `asked`: they would take another one in its place, but the form of
    staff asks for it. `kept`: no rule reads it, so whatever is sent is recorded as it is.
    """

    name: str
    kind: Kind = Kind.ANY
    label: Text = ""
    # For staff, below the input; for developers. The one stands for the other where there is one only.
    hint: Text = ""
    description: Text = ""
    required: bool = False
    asked: bool = False
    kept: bool = False
    personal: bool = False
    # Required, and yet null and an empty text mean something.
    nullable: bool = False
    by_hand: bool = True
    # Read where it is sent, though its event type does not list it.
    unlisted: bool = False
    # The most characters of a text.
    most: int | None = None
    # The module without which it means nothing.
    needs: str = ""
    example: Any = None
    # What other systems call it: letters only.
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """`label` is its name in the back office until the brand gives it another.

    `once` and `earns`: its event type may say that it is done one time only, and what points it earns.
    `behavioural`: it tells nothing personal, of no purchase and of no points, so a page may send it unsigned.
    """

    name: str
    label: Text
    attributes: tuple[Attribute, ...] = ()
    icon: str = "zap"
    description: Text = ""
    once: bool = False
    earns: bool = False
    behavioural: bool = False
    # Of customers of which status staff may add it in the dialog of all actions.
    by_hand: Collection[Status] = ANYBODY
    # Whether integrators can send it at all.
    by_api: bool = True
    # Why nobody can send it, as a sentence; empty: it can be sent. And the sources that may all the same.
    closed: str = ""
    sources: frozenset[str] = frozenset()

    @property
    def markers(self) -> frozenset[str]:
        """Beside its name, what mechanisms take part in it by."""
        return frozenset({EARNING_ACTION} if self.earns else ())


def follows(cause: str) -> str:
    """Why an action cannot be sent."""
    return f"It follows from {cause} and cannot be sent."


def names_of(actions: Iterable[Action]) -> frozenset[str]:
    return frozenset(action.name for action in actions)


def register_of(actions: Iterable[Action]) -> Mapping[str, Action]:
    """By name; raises ValueError for two actions of one name."""
    found: dict[str, Action] = {}
    for action in actions:
        if found.setdefault(action.name, action) is not action:
            raise ValueError(f"Two actions are called {action.name}")
    return found


EFFECTIVE = Attribute(
    "effective_timestamp",
    Kind.MOMENT,
    description="When it happened, if not now: unix seconds or an ISO 8601 time, from 2000-01-01 on and not in the"
    " future; up to 300 seconds ahead are taken as now.",
    example="2026-01-15T09:30:00Z",
    synonyms=("effectivetime", "effectivedate", "effectiveat"),
)
REASON = Attribute(
    "reason", Kind.PARAGRAPH, kept=True, personal=True, description=_("Why, for the history."), example="Late delivery"
)
