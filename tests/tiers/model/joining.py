"""A merge in the model of the ledger, which itself knows of single customers only."""

from dataclasses import replace

from tests.engine.model import Model
from tests.engine.model.state import Balance, Line, Member, Order, Use, lots_in_order

SUMMED = ("earned", "spent", "expired", "reserved", "pending", "debt")


def join(model: Model, source: str, target: str) -> int:
    """All that the source has becomes the target's; the number that its first lot has there."""
    theirs, ours = model.members.pop(source), model.members[target]
    lots, events = len(ours.lots), len(ours.events)
    _renumber(theirs, lots, events)
    ours.events += theirs.events
    ours.ids = list(range(len(ours.events)))
    ours.lots += theirs.lots
    ours.entries += theirs.entries
    ours.pending += theirs.pending
    ours.in_use |= theirs.in_use
    ours.orders |= theirs.orders
    _add_up(ours, theirs)
    return lots


def _renumber(member: Member, lots: int, events: int) -> None:
    """Lots and events go by their numbers, which go on from those of the other customer."""
    member.lots = [replace(lot, event=lot.event + events) for lot in member.lots]
    member.entries = [
        (event + events, account, kind, points, None if lot is None else lot + lots)
        for event, account, kind, points, lot in member.entries
    ]
    for pending in member.pending:
        pending.event += events
        pending.settled_by = None if pending.settled_by is None else pending.settled_by + events
    member.in_use = _renumbered(member.in_use, lots, events)
    for order in member.orders.values():
        _renumber_order(order, lots, events)


def _renumber_order(order: Order, lots: int, events: int) -> None:
    order.event = None if order.event is None else order.event + events
    order.held, order.used = (_renumbered(uses, lots, events) for uses in (order.held, order.used))
    owners: list[Order | Line] = [order, *order.lines]
    for owner in owners:
        owner.lot = None if owner.lot is None else owner.lot + lots


def _renumbered(uses: dict[int, Use], lots: int, events: int) -> dict[int, Use]:
    return {lot + lots: Use(use.points, use.last + events) for lot, use in uses.items()}


def _add_up(ours: Member, theirs: Member) -> None:
    ours.fields["optin_at"] = min(ours.fields["optin_at"], theirs.fields["optin_at"])
    ours.fields["login"] = max((one.fields["login"] for one in (ours, theirs) if one.fields["login"]), default=None)
    for name in ("total", "count", "items"):
        ours.fields[name] += theirs.fields[name]
    for account, added in theirs.balances.items():
        balance = ours.balances.setdefault(account, Balance())
        for name in SUMMED:
            setattr(balance, name, getattr(balance, name) + getattr(added, name))
        _repay(ours, account, balance)


def _repay(member: Member, account: str, balance: Balance) -> None:
    """One side's points repay the other's debt."""
    for number in lots_in_order(member, account):
        repaid = min(balance.debt, member.lots[number].left)
        member.lots[number].left -= repaid
        balance.debt -= repaid
