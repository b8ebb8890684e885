"""What becomes of saved answers when nobody may ask for them any more."""

import datetime as dt
import logging

from celery import shared_task
from django.db import connection

log = logging.getLogger("loyalty.api")
CHUNK = 5_000
# Two purges take different rows. Each chunk begins where the one before ended: what was deleted stays in the index for as
# long as anybody's snapshot may see it.
_PURGE = """
DELETE FROM api_savedanswer WHERE (api_key_id, digest) IN (
    SELECT api_key_id, digest FROM api_savedanswer WHERE expires_at >= %s AND expires_at < now()
    ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING expires_at
"""


@shared_task(name="loyalty.api.once.tasks.purge_answers")
def purge_answers(**kwargs: object) -> int:
    """Delete the answers whose time is over, in chunks of a transaction each; how many those were."""
    purged, last = 0, dt.datetime.min.replace(tzinfo=dt.UTC)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PURGE, [last, CHUNK])
            found = cursor.fetchall()
        purged += len(found)
        if len(found) < CHUNK:
            break
        [last] = max(found)
    if purged:
        log.info("saved answers purged: %d", purged)
    return purged
