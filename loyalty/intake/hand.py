"""What rooms have to say of events by hand: whatever operation or form records them, it is asked for here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from loyalty.contributions import contributed
from loyalty.engine.mechanism import Outcome
from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right
from loyalty.staff.sender import Sender

Record = Callable[[], Outcome]


class NotByHand(Exception):
    """One sentence for staff: why this cannot be recorded by them now, and what can be done. Nothing was recorded."""


@dataclass(frozen=True)
class ByHand:
    """Events of these actions need the right, whoever records them. Contributed by the room that owns the actions.

    `record` is called in the place of recording, in the operation's transaction: it records, and raises NotByHand
    if that cannot be.
    """

    actions: frozenset[str]
    right: Right
    record: Callable[[Sender, Record], Outcome] | None = None


@dataclass(frozen=True)
class FixedPoints:
    """Who may say what an order earns. Contributed; whoever is refused by one may not."""

    allowed: Callable[[Sender], bool]


def may_record(user: User, action: str) -> bool:
    """Whether the role allows events of the action, beside the right that the operation itself asks for."""
    return all(may(user, one.right) for one in _about(action))


def may_fix_points(by: Sender) -> bool:
    return all(one.allowed(by) for one in contributed(FixedPoints))


def recorded(action: str, by: Sender, record: Record) -> Outcome:
    """Raises PermissionDenied without the rights of the action, NotByHand, and what recording raises."""
    for one in _about(action):
        by.require(one.right)
        record = _around(one, by, record)
    return record()


def _around(one: ByHand, by: Sender, record: Record) -> Record:
    around = one.record
    return (lambda: around(by, record)) if around else record


def _about(action: str) -> Iterator[ByHand]:
    return (one for one in contributed(ByHand) if action in one.actions)
