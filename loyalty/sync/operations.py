"""Who is told of events, and what becomes of outbox rows that nobody has subscribed to."""

from django.db import connection, transaction

from .models import Subscriber

CHUNK = 5_000
# Two sweepers take different rows; one that dies gives its own back. Each chunk begins after the one before: what was
# deleted stays in the index for as long as anybody's snapshot may see it. A row is nobody's only if nobody subscribes by
# the time that it goes: the lock of a reader keeps subscribers out for so long.
_SWEEP = """
DELETE FROM sync_outboxrow WHERE (customer_id, id) IN (
    SELECT customer_id, id FROM sync_outboxrow
    WHERE (customer_id, id) > (%s, %s) AND NOT EXISTS (SELECT FROM sync_subscriber)
    ORDER BY customer_id, id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING customer_id, id
"""


@transaction.atomic
def subscribe(name: str) -> Subscriber:
    """From the end of this transaction on, each event that is recorded is put into the outbox.

    It waits for the writers that run, since they have read that there is nobody; those who come wait for it. Raises
    OperationalError if one takes longer than this process waits for locks: try again.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE sync_subscriber IN ACCESS EXCLUSIVE MODE")
    return Subscriber.objects.create(name=name)


def unsubscribe(name: str) -> None:
    """What is in the outbox by then is swept, if nobody else has subscribed."""
    Subscriber.objects.filter(name=name).delete()


def sweep(*, limit: int = 1_000_000) -> int:
    """Delete what is for nobody, in chunks of a transaction each; how many rows that were."""
    swept, last = 0, (0, 0)
    while swept < limit:
        with connection.cursor() as cursor:
            cursor.execute(_SWEEP, [*last, CHUNK])
            found = cursor.fetchall()
        if not found:
            break
        swept, last = swept + len(found), max(found)
    return swept
