"""What the life of an order does to points: burned, promised, earned, taken back. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from events.enums import UNEARNED_CURRENCY
from events.orders.enums import TransactionStatus
from events.orders.lines.rules import Line, paid_lines
from events.orders.rows import TransactionRow, order_of
from loyalty.accounts.enums import EarningBasis
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow, to_json
from loyalty.engine.state import State
from loyalty.points.bonuses.rules import release_limits
from loyalty.points.ledger.moves import (
    config,
    earn,
    promise,
    settle,
    take_back,
)
from loyalty.points.ledger.rows import LotRow, PendingRow
from loyalty.refusals import MissingField

from .burning import _burn, account_of_order, unburn
from .earning import Award, award, fixed
from .refund_shares import burned_back, owed_back

# Burning


# Earning


def _award(
    event: EventRow, state: State, batch: Batch, order: TransactionRow, amount: Decimal, lines: Sequence[Line]
) -> Award:
    """In a currency that the account has no percentage for: nothing, and the event says so."""
    account, currency = account_of_order(order, event, batch), order.currency or batch.program.currency
    found = award(
        state,
        batch,
        account=account,
        earning=config(batch.program).earning[account.id],
        amount=amount,
        currency=currency,
        lines=[line.attributes for line in lines],
        channel=order.channel or values.text(event.data, "channel"),
        at=order.checkout_at or event.occurred_at,
    )
    if found is None:
        event.data = {**event.data, UNEARNED_CURRENCY: currency}
    return found or fixed(0)


def _give(
    event: EventRow,
    state: State,
    batch: Batch,
    order: TransactionRow,
    found: Award,
    place: int | None = None,
    *,
    waits: bool = False,
) -> None:
    """The order earns: at once if it is accepted and nothing `waits`, else as a promise."""
    account, arithmetic = account_of_order(order, event, batch), to_json(found.arithmetic)
    lot = None
    if order.status == TransactionStatus.ACCEPTED and not waits:
        lot = earn(event, state, batch, account, found.points, arithmetic=arithmetic)
    else:
        promise(event, state, batch, account, found.points, bonus=found.bonus, arithmetic=arithmetic, line=place)
    order.earned += found.points
    order.bonus += found.bonus
    order.booked += tuple(replace(booking, line=place) for booking in found.booked)
    if place is not None and found.points:
        order.set_line(place, earned=found.points, lot=lot.id if lot else None)
    _file(state, batch, order, lot)


def _file(state: State, batch: Batch, order: TransactionRow, lot: LotRow | None) -> None:
    if lot:
        batch.put(state.part("order_lots"), lot.id, order.transaction_id)


def _basis(order: TransactionRow, event: EventRow, batch: Batch) -> str | None:
    """Whether the order earns as a whole or by item; None where the account earns nothing."""
    earning = config(batch.program).earning.get(account_of_order(order, event, batch).id)
    if order.fixed_points is not None:
        return EarningBasis.TRANSACTION
    return earning.basis if earning else None


def _award_whole(event: EventRow, state: State, batch: Batch, order: TransactionRow) -> None:
    if order.fixed_points is not None:
        found = fixed(order.fixed_points)
    else:
        found = _award(event, state, batch, order, order.total, paid_lines(order.items, order.total))
    _give(event, state, batch, order, found)


def _award_line(
    event: EventRow, state: State, batch: Batch, order: TransactionRow, place: int, *, waits: bool = False
) -> None:
    line = order.items[place]
    if line.fixed_points is not None:
        found = fixed(line.fixed_points)
    else:
        found = _award(event, state, batch, order, line.price, [line])
    _give(event, state, batch, order, found, place, waits=waits)


def earn_at_checkout(event: EventRow, state: State, batch: Batch) -> None:
    """What the order earns as a whole; its lines earn by events of their own."""
    order = batch.edit(order_of(event, state))
    basis = _basis(order, event, batch)
    if basis == EarningBasis.ITEM and not order.items:
        raise MissingField("items")
    _renew_draft(event, state, batch, order, basis)
    if basis == EarningBasis.TRANSACTION:
        _award_whole(event, state, batch, order)
    if order.status == TransactionStatus.ACCEPTED:
        _confirm_all(event, state, batch, order)


def _renew_draft(event: EventRow, state: State, batch: Batch, order: TransactionRow, basis: str | None) -> None:
    """What the lines of its draft promised is promised anew: by the checkout's account, its rule and its currency."""
    fresh = {child.line for child in batch.emitted if child.action == "checkout_item"}
    _cancel(event, state, batch, order)
    if basis == EarningBasis.ITEM:
        for place in range(len(order.items)):
            if place not in fresh:
                _award_line(event, state, batch, order, place, waits=True)


def earn_by_item(event: EventRow, state: State, batch: Batch) -> None:
    """A line of a checkout or of its update, or one that was sent on its own."""
    if event.line is None:
        return
    order = batch.edit(order_of(event, state))
    if order.fixed_points is not None:
        return
    basis = _basis(order, event, batch)
    if basis == EarningBasis.ITEM:
        _cancel(event, state, batch, order, [event.line])
        _award_line(event, state, batch, order, event.line)
    elif basis == EarningBasis.TRANSACTION and event.parent_id is None and order.status == TransactionStatus.PENDING:
        _cancel(event, state, batch, order, [None])
        _award_whole(event, state, batch, order)


# Until it is accepted


def _pending_of(state: State, order: TransactionRow) -> list[PendingRow]:
    rows: Iterable[PendingRow] = state.part("pending").values()
    found = [row for row in rows if row.transaction_id == order.transaction_id and row.settled_by is None]
    return sorted(found, key=lambda row: row.id)


def _cancel(
    event: EventRow, state: State, batch: Batch, order: TransactionRow, places: Sequence[int | None] | None = None
) -> None:
    """The promises of these lines, of the whole order (None), or all; with what they have used of limits."""
    release_limits(state, batch, order, lambda booking: places is None or booking.line in places)
    for row in _pending_of(state, order):
        if places is None or row.line in places:
            settle(event, state, batch, row)
            order.earned -= row.points
            order.bonus -= row.bonus
            if row.line is not None and row.line < len(order.items):
                order.set_line(row.line, earned=0)


def _confirm(event: EventRow, state: State, batch: Batch, order: TransactionRow, row: PendingRow) -> None:
    account = settle(event, state, batch, row)
    lot = earn(event, state, batch, account, row.points, arithmetic=row.arithmetic)
    if row.line is not None and lot:
        order.set_line(row.line, lot=lot.id)
    _file(state, batch, order, lot)


def _confirm_all(event: EventRow, state: State, batch: Batch, order: TransactionRow) -> None:
    """The whole order's points by this event, those of its lines by one each."""
    for row in _pending_of(state, order):
        if row.line is None:
            _confirm(event, state, batch, order, row)
        elif row.line not in event.lines:
            batch.emit(_acceptance(event, batch, order.items[row.line], row.line))


def _acceptance(event: EventRow, batch: Batch, line: Line, place: int) -> EventRow:
    data = {
        "transaction_id": event.transaction_id,
        "line_id": line.line_id,
        "product_id": line.product_id,
        "product_name": line.name,
        "quantity": line.quantity,
        "subtotal": line.subtotal,
    }
    named = {name: value for name, value in data.items() if value is not None}
    child = event.follow_up("checkout_item_accept", named, batch.new_id("events_event_id"))
    child.lines = (place,)
    return child


def accept(event: EventRow, state: State, batch: Batch) -> None:
    """Promises become lots: of one line, and with the last one of the order."""
    order = batch.edit(order_of(event, state))
    for row in _pending_of(state, order):
        if row.line is not None and row.line in event.lines:
            _confirm(event, state, batch, order, row)
    if event.action != "checkout_item_accept" and order.status == TransactionStatus.ACCEPTED:
        _confirm_all(event, state, batch, order)


def update(event: EventRow, state: State, batch: Batch) -> None:
    """The new burn, then the new promises; new lines promise by events of their own."""
    order = batch.edit(order_of(event, state))
    account = account_of_order(order, event, batch)
    points = values.whole(event.data, "points_burned", least=0)
    if points is not None and points > order.burned:
        _burn(event, state, batch, order, account, points - order.burned)
    elif points is not None:
        outstanding, order.given_back = order.burned - order.given_back, min(order.given_back, points)
        order.burned = points
        unburn(event, state, batch, order, outstanding - (order.burned - order.given_back))
    lines = {child.line for child in batch.emitted if child.action == "checkout_update_item"}
    if not lines and not {"total", "points_rewarded"} & {
        name for name, value in event.data.items() if value not in (None, "")
    }:
        return
    _cancel(event, state, batch, order)
    basis = _basis(order, event, batch)
    if basis == EarningBasis.TRANSACTION:
        _award_whole(event, state, batch, order)
    elif basis == EarningBasis.ITEM and not lines:
        for place in range(len(order.items)):
            _award_line(event, state, batch, order, place)


# Undone


def undo(event: EventRow, state: State, batch: Batch) -> None:
    """A refund or a rejection: promises are cancelled, points taken back, burned ones given back, by the cumulative amounts."""
    order = batch.edit(order_of(event, state))
    account = account_of_order(order, event, batch)
    _release(event, state, batch, order)
    taken = max(owed_back(order) - order.taken_back, 0)
    if taken:
        take_back(event, state, batch, account, taken, _lots_of(order, event, state))
        order.taken_back += taken
    given = burned_back(order) - order.given_back
    if given > 0:
        unburn(event, state, batch, order, given)
        order.given_back += given


def _release(event: EventRow, state: State, batch: Batch, order: TransactionRow) -> None:
    """A rejected order promises nothing and uses no limits; of one that is refunded in full each bonus says whether it does."""
    if order.status == TransactionStatus.REJECTED:
        _cancel(event, state, batch, order)
    elif order.status == TransactionStatus.REFUNDED:
        kept = config(batch.program).used_by_refunded
        release_limits(state, batch, order, lambda booking: booking.bonus not in kept)


def _lots_of(order: TransactionRow, event: EventRow, state: State) -> list[LotRow]:
    """The lots of the event's lines first, then the order's others in their order."""
    found = sorted(id for id, name in state.part("order_lots").items() if name == order.transaction_id)
    own = [order.items[place].lot for place in event.lines]
    found.sort(key=lambda lot_id: own.index(lot_id) if lot_id in own else len(own))
    return [state.part("lots")[id] for id in found]
