"""A worker of bulk requests in a process of its own, which may be killed. Run with `processes.environment`.

    python bulk_child.py REQUEST plain
    python bulk_child.py REQUEST flawed

`flawed` writes down that a chunk is done in a transaction of its own, before its effects.
"""

import sys
import time
from datetime import datetime

import django


def main(request_id: str, mode: str) -> None:
    django.setup()
    from django.utils import timezone

    from loyalty.bulk.working import work

    if mode == "flawed":
        make_flawed()
    print("ready", flush=True)
    while work(request_id=int(request_id), now=timezone.now):
        pass


def make_flawed() -> None:
    from django.db import connection

    from loyalty.bulk import working
    from loyalty.bulk.models import BulkChunk, BulkRequest

    apply, other = working._apply, connection.copy()

    def advance_first(request: BulkRequest, chunk: BulkChunk, at: datetime) -> None:
        with other.cursor() as cursor:
            cursor.execute("DELETE FROM bulk_bulkchunk WHERE id = %s", [chunk.pk])
        time.sleep(0.2)
        apply(request, chunk, at)

    working._apply = advance_first


if __name__ == "__main__":
    main(*sys.argv[1:])
