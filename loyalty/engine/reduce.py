"""Runs the mechanisms over one event and everything that follows from it. Pure: no database, no clock."""

from datetime import datetime
from typing import Any

from loyalty.refusals import Refused, WrongField

from . import values
from .batch import MAX_DEPTH, MAX_EVENTS, Batch
from .events import Incoming
from .mechanism import Composition, Outcome
from .rows import CustomerRow, EventRow
from .state import State
from .status import DEPARTED

# The custom attributes of a customer whom nobody has enrolled: an order or another event came first.
AUTO_SUBSCRIBED = '{"auto_subscribed": true}'

FOR_GUESTS = frozenset({"checkout"})


class UnknownCustomer(Refused):
    def __init__(self) -> None:
        super().__init__(160212, "Customer not found")


class UnknownScheme(WrongField):
    def __init__(self, scheme: str) -> None:
        cure = "define one, or leave it out for the customer's ID"
        super().__init__("external_id", f"is '{scheme[:64]}', which names no external-ID field: {cure}")


class InvalidAction(Refused):
    """Nobody has defined it, or nobody may send it: `why` says so, as a sentence."""

    def __init__(self, action: str, why: str = "") -> None:
        message = f"Invalid action: {action[:64]}{why and f'. {why}'}"
        super().__init__(10003 if why else 10002, message, field="action")


class NotBehavioural(Refused):
    """What pages may not send: it is personal, of a purchase or of points, or nobody has said that it is not."""

    def __init__(self, action: str) -> None:
        why = "is no behavioural event type: send it from your server, signed, or let an administrator mark its type"
        super().__init__(0, f"'{action[:64]}' {why}", field="action", status=403)


def reduce(batch: Batch, composition: Composition, incoming: Incoming, state: State | None) -> Outcome:
    """Apply one event to its customer's state; on refusal the state is as before."""
    is_known, plan = incoming.action in batch.program.event_rules, composition.plan(incoming.action)
    may_send = incoming.target is not None or plan.admits(batch.by.source)
    if not (is_known and may_send):
        refusal = InvalidAction(incoming.action, plan.closed if is_known else "")
        return Outcome(batch.program, [], state if state and state.exists else None, refusal)
    if batch.by.is_page and not batch.program.event_rules[incoming.action].behavioural:
        return Outcome(batch.program, [], None, NotBehavioural(incoming.action))
    if incoming.scheme not in batch.program.schemes:
        return Outcome(batch.program, [], None, UnknownScheme(incoming.scheme))
    if state is None or state.customer.status in DEPARTED:
        return Outcome(batch.program, [], None, UnknownCustomer())
    if incoming.guest and incoming.action not in FOR_GUESTS:
        return Outcome(batch.program, [], None, Refused(0, "Only a checkout may come from a guest", field="guest"))
    batch.begin()
    existed = state.exists
    try:
        root = _root(batch, incoming, state)
        _enrol(batch, composition, root, state)
        recorded = cascade(batch, composition, [root], state)
    except Refused as refusal:
        batch.roll_back()
        state.exists = existed
        return Outcome(batch.program, [], state if existed else None, refusal)
    if incoming.guest:
        _keep_aside(batch, composition, incoming, recorded[0])
        return Outcome(batch.program, [], None)
    image = batch.image_before(state.customer)
    batch.keep()
    return Outcome(batch.program, recorded, state, image=image)


def _keep_aside(batch: Batch, composition: Composition, incoming: Incoming, event: EventRow) -> None:
    """The event has passed all rules; nothing of it stays but itself."""
    assert composition.on_guest is not None
    batch.roll_back()
    batch.begin()
    composition.on_guest(incoming, event, batch)
    batch.keep()


def _enrol(batch: Batch, composition: Composition, event: EventRow, state: State) -> None:
    if state.exists:
        return
    state.customer.properties = "{}" if composition.plan(event.action).enrols else AUTO_SUBSCRIBED
    batch.add(state.customer)
    for hook in composition.on_new_customer:
        hook(state, batch)
    state.exists = True
    state.created_by = event.id


def _root(batch: Batch, incoming: Incoming, state: State) -> EventRow:
    event = new_event(batch, state, incoming.action, incoming.data, _effect_time(incoming, batch))
    event.account, event.via_id = incoming.account, batch.via_id
    event.transaction_id = values.transaction_id(incoming)
    return event


def new_event(batch: Batch, state: State, action: str, data: dict[str, Any], occurred_at: datetime) -> EventRow:
    """An event of the batch's sender that no other one causes."""
    customer: CustomerRow = state.customer
    by = batch.by
    event = EventRow.__new__(EventRow)
    event.customer_id, event.id = customer.id, batch.new_id("events_event_id")
    event.action, event.data, event.account, event.transaction_id = action, data, None, None
    event.points, event.account_id, event.parent_id, event.expires_at, event.lines = 0, None, None, None, ()
    event.via_id = None
    event.source, event.source_detail = by.source, by.detail
    event.staff_id, event.api_key_id = by.staff_id, by.api_key_id
    event.ip_address, event.user_agent = by.ip_address, by.user_agent
    event.occurred_at, event.recorded_at = occurred_at, batch.at
    event.program_version, event.depth = batch.program.version, 0
    return event


def _effect_time(incoming: Incoming, batch: Batch) -> datetime:
    if "effective_timestamp" not in incoming.data:
        return batch.at
    zone = batch.program.time_zone
    return values.moment(incoming.data, "effective_timestamp", latest=batch.at, zone=zone) or batch.at


def cascade(batch: Batch, composition: Composition, events: list[EventRow], state: State) -> list[EventRow]:
    """The events and all that follows from them, in the order of recording."""
    recorded, waiting = list[EventRow](), events
    while waiting:
        fresh = _apply(batch, composition, waiting, state, len(recorded))
        recorded += fresh
        for event in fresh:
            for hook in composition.on_recorded:
                hook(event, _own(event, state, batch), batch)
        # What follows from all of it together.
        waiting, batch.emitted = batch.emitted, []
    return recorded


def _apply(
    batch: Batch, composition: Composition, waiting: list[EventRow], state: State, before: int
) -> list[EventRow]:
    """These events and what they emit, one after the other; `before`: how many were recorded before them."""
    fresh = [*waiting]
    for event in fresh:
        if event.depth > MAX_DEPTH or before + len(fresh) > MAX_EVENTS:
            raise Refused(0, f"This event causes too many further events. Send at most {MAX_EVENTS} items at once.")
        batch.add(event)
        for apply in composition.plan(event.action).applies:
            apply(event, _own(event, state, batch), batch)
        fresh += batch.emitted
        batch.emitted = []
    return fresh


def _own(event: EventRow, state: State, batch: Batch) -> State:
    """Of the customer whose event it is: the second one's, if it is theirs."""
    target = batch.target
    return target if target is not None and event.customer_id == target.customer.id else state
