"""What the engine holds of segments: customers to be looked at, and stays that no event has told of."""

from collections.abc import Sequence
from typing import Any

from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, Row, State, Table

TOUCHED = Table(
    name="segments_touch", columns={"customer_id": "bigint", "happened_at": "timestamptz"}, key=("customer_id", "id")
)


class TouchRow(Row):
    __slots__ = tuple(TOUCHED.columns)
    TABLE = TOUCHED

    def __init__(self, event: EventRow) -> None:
        self.customer_id, self.happened_at = event.customer_id, event.occurred_at


# The same as `mechanism.touch`, for events that a statement records.
TOUCHED_AS_SET = """
    INSERT INTO segments_touch (customer_id, happened_at) SELECT customer_id, max(occurred_at) FROM recorded
    WHERE EXISTS (SELECT FROM segments_segment WHERE status = 'active') GROUP BY customer_id
"""


def _put(state: State, row: Sequence[Any]) -> None:
    _, id, *rest = row
    state.part("untold_stays")[id] = tuple(rest)


# By the stay's id: the segment's ID, and whether its entering and its leaving are to be told.
UNTOLD = Part(
    "untold_stays",
    "SELECT s.customer_id, s.id, g.slug, NOT s.told_of_entering, s.left_at IS NOT NULL AND NOT s.told_of_leaving"
    " FROM segments_stay s JOIN segments_segment g ON g.id = s.segment_id WHERE s.customer_id IN ({customers})"
    " AND (NOT s.told_of_entering OR NOT s.told_of_leaving AND s.left_at IS NOT NULL) ORDER BY s.id",
    _put,
)
