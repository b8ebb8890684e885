"""Claims of a profile that is merged away become the survivor's: their limits add up. Pure."""

from collections.abc import Iterable

from customers.merging.mechanism import ACTION, merge_of
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from rewards.claims.rows import ALL_CLAIMS, CLAIMS, ClaimRow


def move_claims(event: EventRow, state: State, batch: Batch) -> None:
    if event.depth:
        return
    assert batch.target is not None
    theirs: list[ClaimRow] = list(state.part(CLAIMS).values())
    merge, _ = merge_of(state)
    merge.moved |= {"claims": len(theirs)}
    for row in theirs:
        batch.edit(row).customer_id = batch.target.customer.id
        batch.pop(state.part(CLAIMS), row.event_id)
        batch.put(batch.target.part(CLAIMS), row.event_id, row)


def _parts(incoming: Incoming) -> Iterable[Part]:
    return (ALL_CLAIMS,)


MERGING = Mechanism(frozenset({ACTION}), move_claims, parts=_parts)
