"""Actions that do no more than their event type says: the brand's own, and built-in names without a rule. Pure."""

from collections.abc import Iterable, Mapping

from loyalty.engine.actions import names_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import ANY_OTHER_ACTION, Mechanism, record_only
from loyalty.engine.reduce import InvalidAction
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.refusals import Refused

from . import attributes
from .actions import LATER, RECORDED

# Which one-time actions a customer has already done.
DONE = Part(
    "done",
    "SELECT survivor, t.action FROM {family} family CROSS JOIN events_eventtype t WHERE t.one_time"
    " AND EXISTS (SELECT 1 FROM events_event e WHERE e.customer_id = family.id AND e.action = t.action)",
    lambda state, row: state.part("done").update({row[1]: row[1]}),
)


def custom(event: EventRow, state: State, batch: Batch) -> None:
    """An action that the brand has defined."""
    if batch.program.event_rules[event.action].factory:
        raise InvalidAction(event.action)
    shapes: Mapping[str, attributes.Shape] = batch.program.config[attributes.APP]
    event.data = shapes[event.action].read(event.data)
    once(event, state, batch)


def once(event: EventRow, state: State, batch: Batch) -> None:
    """Raises Refused for an action again that its type allows one time only."""
    if batch.program.event_rules[event.action].one_time:
        if event.action in state.part("done"):
            raise Refused(10001, "This action cannot be repeated")
        batch.put(state.part("done"), event.action, event.action)


def _done(incoming: Incoming) -> Iterable[Part]:
    return (DONE,)


MECHANISMS = (
    Mechanism(names_of(RECORDED), once, parts=_done),
    Mechanism(names_of(LATER), record_only),
    Mechanism(frozenset({ANY_OTHER_ACTION}), custom, parts=_done),
)
