"""What becomes of saved answers when nobody may ask for them any more."""

import logging

from celery import shared_task
from django.db import connection

log = logging.getLogger("loyalty.api")
CHUNK = 5_000
# Two purges take different rows.
_PURGE = """
DELETE FROM api_savedanswer WHERE (api_key_id, digest) IN (
    SELECT api_key_id, digest FROM api_savedanswer WHERE expires_at < now() ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


@shared_task(name="loyalty.api.once.tasks.purge_answers")
def purge_answers(**kwargs: object) -> int:
    """Delete the answers whose time is over, in chunks of a transaction each; how many those were."""
    purged = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PURGE, [CHUNK])
            purged += cursor.rowcount
            if cursor.rowcount < CHUNK:
                break
    if purged:
        log.info("saved answers purged: %d", purged)
    return purged
