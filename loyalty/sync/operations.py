"""What becomes of outbox rows. Nobody has subscribed to anything yet, so each is delivered to nobody and done."""

from django.db import connection

CHUNK = 5_000
# Two sweepers take different rows; one that dies gives its own back.
_SWEEP = """
DELETE FROM sync_outboxrow WHERE (customer_id, id) IN (
    SELECT customer_id, id FROM sync_outboxrow ORDER BY customer_id, id LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


def sweep(*, limit: int = 1_000_000) -> int:
    """Take what is due, in chunks of a transaction each; how many rows that were."""
    swept = 0
    while swept < limit:
        with connection.cursor() as cursor:
            cursor.execute(_SWEEP, [CHUNK])
            if not cursor.rowcount:
                break
            swept += cursor.rowcount
    return swept
