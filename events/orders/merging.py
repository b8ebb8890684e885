"""Orders of a profile that is merged away become the survivor's. Pure."""

from collections.abc import Iterable
from copy import copy

from customers.merging.mechanism import ACTION, merge_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.refusals import Refused

from .enums import TransactionStatus
from .rows import ALL_ORDERS, TransactionRow


def is_empty(order: TransactionRow) -> bool:
    """A draft that some event only named: nothing is lost if another order takes its place."""
    return order.status == TransactionStatus.DRAFT and not (order.items or order.reserved or order.total)


def taken_twice(name: str) -> Refused:
    return Refused(120033, f"Both customers have an order {name[:64]}: complete or empty one of them first")


def move_orders(event: EventRow, state: State, batch: Batch) -> None:
    """They keep their ids, their events' ids and their status. A draft without content gives way to its namesake."""
    if event.depth:
        return
    assert batch.target is not None
    theirs, orders = batch.target.part("orders"), list[TransactionRow](state.part("orders").values())
    for order in orders:
        other: TransactionRow | None = theirs.get(order.transaction_id)
        kept = order
        if other is not None:
            if not (is_empty(order) or is_empty(other)):
                raise taken_twice(order.transaction_id)
            kept = other if is_empty(order) else order
            batch.remove(other)
        moved = copy(kept)
        moved.customer_id = batch.target.customer.id
        moved.created_at = min(one.created_at for one in (order, other or order))
        batch.remove(order)
        batch.pop(state.part("orders"), order.transaction_id)
        batch.put(theirs, moved.transaction_id, batch.add(moved))
    merge_of(state)[0].moved["orders"] = len(orders)


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (ALL_ORDERS,)


MECHANISM = Mechanism(frozenset({ACTION}), move_orders, parts=_parts)
