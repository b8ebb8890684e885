"""Whoever something happens to is put in line: segments are looked at afterwards, by a worker, for those customers alone."""

from loyalty.engine.actions import names_of
from loyalty.engine.batch import Batch
from loyalty.engine.mechanism import Mechanism, record_only
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State

from .actions import ACTIONS
from .rows import TouchRow

APP = "segments"
MECHANISMS = (Mechanism(names_of(ACTIONS), record_only),)


def touch(event: EventRow, state: State, batch: Batch) -> None:
    """Once for each customer of a batch, and only while there is a segment that is computed."""
    if not batch.program.config.get(APP):
        return
    touched = batch.shared.part("touched_customers")
    if event.customer_id not in touched:
        batch.put(touched, event.customer_id, batch.add(TouchRow(event)))
