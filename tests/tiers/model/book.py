"""What an action did to points and orders, read off the model of the ledger before and after it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from tests.engine.model import Event, Model, Refusal, Sent
from tests.engine.model.state import Line, Member, Order

from .days import local_day

COSTING = ("accepted", "refunded")


@dataclass(frozen=True)
class Earned:
    lot: int
    # By which action the points count.
    action: str
    account: str
    points: int
    day: dt.date


@dataclass(frozen=True)
class Taken:
    """From a lot; None where no lot tells, and the event's own day has to."""

    lot: int | None
    account: str
    points: int
    day: dt.date


@dataclass(frozen=True)
class Cost:
    """How much more, or less, an accepted order costs after the action than before; `day` is that of its checkout."""

    order: str
    currency: str
    amount: Decimal
    day: dt.date


@dataclass
class Doings:
    """Of one customer's action; `event` is its number."""

    event: int
    earned: list[Earned] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    is_refund: bool = False


@dataclass
class Before:
    """How far a customer's books went."""

    events: int = 0
    lots: int = 0
    entries: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)
    refunded_lines: dict[int, Decimal] = field(default_factory=dict)


class Book:
    def __init__(self, model: Model) -> None:
        self.model = model
        # How much refunds have taken of each lot of their orders, by the customer and the lot's number.
        self.refunded: Counter[tuple[str, int]] = Counter()

    def send(self, sent: Sent, at: dt.datetime) -> Doings | Refusal:
        before = _before(self.model.members.get(sent.customer))
        self.model.meet([sent])
        found = self.model.send(sent, at)
        if isinstance(found, Refusal):
            return found
        member = self.model.members[sent.customer]
        # Its own numbers: this model tells nobody of its events.
        member.ids = list(range(len(member.events)))
        return self._doings(sent.customer, member, before)

    def run_out(self, at: dt.datetime) -> None:
        """Points that expire count in no structure, whatever the order."""
        self.model.expire(at, ())

    def move(self, source: str, target: str, first_lot: int) -> None:
        """The source's lots are the target's now, numbered from there."""
        for name, lot in [key for key in self.refunded if key[0] == source]:
            self.refunded[target, first_lot + lot] = self.refunded.pop((name, lot))

    def _doings(self, name: str, member: Member, before: Before) -> Doings:
        found = Doings(before.events, [_earned(member, lot) for lot in range(before.lots, len(member.lots))])
        refunds = Counter[int]()
        for event, account, kind, points, lot in member.entries[before.entries :]:
            if kind == "deduct":
                found.taken.append(Taken(lot, account, -points, local_day(member.events[event].when)))
            elif kind == "refund":
                refunds[event] -= points
        for event, points in refunds.items():
            found.taken += self._refunded(name, member, before, member.events[event], points)
        found.costs = _changed_costs(member, before)
        found.is_refund = bool(refunds) or any(cost.amount < 0 for cost in found.costs)
        return found

    def _refunded(self, name: str, member: Member, before: Before, event: Event, points: int) -> list[Taken]:
        """From the lots of the lines, then of the order, as if nothing had become of them; what is more from the first."""
        order = member.orders[str(event.transaction)]
        lots, parts, left = _lots_of(order, before), [], points
        for lot in lots:
            part = min(left, member.lots[lot].points - self.refunded[name, lot])
            self.refunded[name, lot] += part
            parts.append((lot, part))
            left -= part
        parts.append((min(lots), left))
        day = local_day(event.when)
        return [Taken(lot, str(order.account), part, day) for lot, part in parts if part]


def _before(member: Member | None) -> Before:
    if member is None:
        return Before()
    orders = member.orders.values()
    lines = {id(line): line.refunded for order in orders for line in order.lines}
    return Before(
        len(member.events), len(member.lots), len(member.entries), {order.id: _cost(order) for order in orders}, lines
    )


def _cost(order: Order) -> Decimal:
    return order.total - order.refunded if order.status in COSTING else Decimal(0)


def _earned(member: Member, number: int) -> Earned:
    lot = member.lots[number]
    return Earned(number, _action_of(member, number), lot.account, lot.points, local_day(lot.earned_at))


def _action_of(member: Member, lot: int) -> str:
    """All that an order earns counts as its checkout; what else was promised as what brings it."""
    if any(lot in _own_lots(order) for order in member.orders.values()):
        return "checkout"
    return member.events[member.lots[lot].event].action


def _own_lots(order: Order) -> list[int]:
    return sorted(lot for lot in (order.lot, *(line.lot for line in order.lines)) if lot is not None)


def _lots_of(order: Order, before: Before) -> list[int]:
    """Those of the lines that were refunded come first."""
    own = [line.lot for line in order.lines if line.lot is not None and _is_refunded(line, before)]
    own = own if len(own) < len(order.lines) else []
    return [*own, *(lot for lot in _own_lots(order) if lot not in own)]


def _is_refunded(line: Line, before: Before) -> bool:
    return line.refunded > before.refunded_lines.get(id(line), Decimal(0))


def _changed_costs(member: Member, before: Before) -> list[Cost]:
    changes = ((order, _cost(order) - before.costs.get(order.id, Decimal(0))) for order in member.orders.values())
    return [
        Cost(order.id, str(order.currency), change, local_day(order.checkout_at))
        for order, change in changes
        if change and order.checkout_at
    ]
