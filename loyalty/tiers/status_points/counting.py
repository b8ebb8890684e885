"""What an event counts as status points: docs/tiers.md, "What counts". Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from events.orders.actions import ACTIONS as OF_ORDERS
from events.orders.enums import TransactionStatus
from events.orders.rows import TRANSACTION, TransactionRow
from loyalty.calendar import local_day
from loyalty.engine.actions import names_of
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EVENT, EventRow
from loyalty.engine.state import State
from loyalty.points.enums import EntryKind
from loyalty.points.ledger.rows import ENTRY, EntryRow, LotRow
from loyalty.tiers.config import StructureRule
from loyalty.tiers.enums import StructureType

# Whatever an order earns, by whichever of its events, counts as this action.
CHECKOUT = "checkout"
_ORDERS = names_of(OF_ORDERS)
# What adds to the points that were ever earned, or takes from them; not what spends them.
_COUNTING = frozenset({EntryKind.EARN.value, EntryKind.DEDUCT.value, EntryKind.REFUND.value})
_paid = itemgetter(*(TRANSACTION.mutable.index(name) for name in ("status", "total", "refunded", "currency")))


@dataclass(frozen=True, slots=True)
class Counted:
    """Points of a local day, fewer than 0 for what is taken back. `about`: the earning event or the order."""

    points: Decimal
    day: dt.date
    about: int | None = None


class Fresh:
    """What came of the batch since this was asked last: entries and events, whoever they are of."""

    def __init__(self, batch: Batch) -> None:
        seen = batch.shared.part("status_seen")
        entries: list[EntryRow] = batch.added.get(ENTRY, [])
        events: list[EventRow] = batch.added.get(EVENT, [])
        self.entries, self.events = entries[seen.get("entries", 0) :], events[seen.get("events", 0) :]
        batch.put(seen, "entries", len(entries))
        batch.put(seen, "events", len(events))


class Changes:
    """What one event and all that followed from it have changed of a customer's points and orders."""

    def __init__(self, event: EventRow, state: State, batch: Batch, fresh: Fresh) -> None:
        self.event, self.state, self.batch = event, state, batch
        self.zone = batch.program.time_zone
        self.entries = [entry for entry in fresh.entries if entry.customer_id == event.customer_id]
        self.events = fresh.events

    def of(self, rule: StructureRule) -> list[Counted]:
        if rule.type == StructureType.SPEND_BASED:
            return list(self._spent(rule))
        if rule.type == StructureType.INVITATION_ONLY:
            return []
        own = [entry for entry in self.entries if entry.account_id == rule.account_id and entry.kind in _COUNTING]
        return [found for entry in own for found in self._earned(entry, rule)]

    # Points

    def _earned(self, entry: EntryRow, rule: StructureRule) -> Iterator[Counted]:
        lot = self._lot(entry)
        if rule.actions and not self._is_counted(entry, lot, rule):
            return
        if lot is None:
            yield Counted(Decimal(entry.points), local_day(self.event.occurred_at, self.zone))
        else:
            yield Counted(Decimal(entry.points), local_day(lot.earned_at, self.zone), lot.event_id)

    def _lot(self, entry: EntryRow) -> LotRow | None:
        """The one whose day counts: of a refund one of its own order's, whatever it was really taken from."""
        lots: Mapping[int, LotRow] = self.state.part("lots")
        if entry.kind != EntryKind.REFUND:
            return lots[entry.lot_id] if entry.lot_id else None
        orders = self.state.part("order_lots")
        own = sorted(id for id, name in orders.items() if name == self.event.transaction_id)
        if entry.lot_id in own or not own:
            return lots[entry.lot_id] if entry.lot_id else None
        return lots[own[0]]

    def _is_counted(self, entry: EntryRow, lot: LotRow | None, rule: StructureRule) -> bool:
        known = self.state.part("earned_by")
        if entry.kind == EntryKind.EARN and lot is not None:
            action = next(event.action for event in self.events if event.id == entry.event_id)
            self.batch.put(known, lot.event_id, action)
        action = known.get(lot.event_id, "") if lot is not None else ""
        return (CHECKOUT if action in _ORDERS else action) in rule.actions

    # Purchases

    def _spent(self, rule: StructureRule) -> Iterator[Counted]:
        order: TransactionRow | None = self.state.part("orders").get(self.event.transaction_id)
        before = self.batch.image_before(order) if order is not None else None
        if order is None or before is None or order.checkout_at is None:
            return
        default = self.batch.program.currency
        now = (order.status, order.total, order.refunded, order.currency)
        change = _bought(now, rule, default) - _bought(_paid(before), rule, default)
        if change:
            yield Counted(change, local_day(order.checkout_at, self.zone), order.id)


def _bought(paid: tuple[str, Decimal, Decimal, str | None], rule: StructureRule, default: str) -> Decimal:
    """What counts of an order: in the structure's currency, once it is accepted, less its refunds."""
    status, total, refunded, currency = paid
    is_bought = status == TransactionStatus.ACCEPTED and (currency or default) == rule.currency
    return total - refunded if is_bought else Decimal(0)
