"""What is told to others: one outbox row for each event that came in, while somebody has subscribed."""

from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, Row, State, Table

OUTBOX = Table(
    name="sync_outboxrow",
    columns={"customer_id": "bigint", "event_id": "bigint", "action": "text", "created_at": "timestamptz"},
    key=("customer_id", "id"),
)


# Read by every batch, which holds the lock of a reader on the table until it ends: whoever subscribes waits for that.
SUBSCRIBERS = Part(
    "subscribers",
    "SELECT id FROM sync_subscriber LIMIT 1",
    lambda shared, row: shared.part("subscribers").update({row[0]: row[0]}),
    shared=True,
)


class OutboxRow(Row):
    __slots__ = tuple(OUTBOX.columns)
    TABLE = OUTBOX

    def __init__(self, event: EventRow) -> None:
        self.customer_id, self.event_id = event.customer_id, event.id
        self.action, self.created_at = event.action, event.recorded_at


# The same for events that a statement records.
OUTBOX_AS_SET = """
    INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)
    SELECT customer_id, event_id, action, recorded_at FROM recorded WHERE EXISTS (SELECT FROM sync_subscriber)
"""


def put_in_outbox(event: EventRow, state: State, batch: Batch) -> None:
    """Events that follow from this one are told with it."""
    if event.parent_id is None and batch.shared.part("subscribers"):
        batch.add(OutboxRow(event))
