"""A worker in a process of its own, which may be killed. Run with the environment of `processes.environment`.

    python child.py JOB ROWS MODE [CHUNK]

`plain`: to the end. `thief`: with a lease so short that two of them take the job from each other all the time.
`flawed`: as plain, but with the checkpoint after the effects' transaction instead of in it, and rows without keys of
their own; dies between the two at the chunk CHUNK.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django


def main(job_id: int, rows: int, mode: str, chunk: int = 0) -> None:
    django.setup()
    from django.utils import timezone

    from loyalty.transfer import operations
    from loyalty.transfer.models import ImportJob

    if mode == "flawed":
        operations.run_chunk = flawed(chunk)
    if mode == "thief":
        operations.LEASE = timedelta(seconds=0.02)
    print("ready", flush=True)
    while ImportJob.objects.get(pk=job_id).status == "processing":
        operations.work(job_id=job_id, now=timezone.now, rows=rows)


def flawed(last: int) -> Callable[..., bool]:
    from loyalty.engine.types import Actor
    from loyalty.transfer import chunks, columns, operations
    from loyalty.transfer.enums import JobStatus
    from loyalty.transfer.models import ImportJob

    original, done = columns.event_of, 0

    def without_key(*arguments: Any) -> Any:
        event = original(*arguments)
        if hasattr(event, "nonce"):
            event.nonce = None
        return event

    def run_chunk(*, job_id: int, fence: int, file: operations.OpenFile, now: Any, rows: int) -> bool:
        nonlocal done
        job = ImportJob.objects.get(pk=job_id)
        lines, is_last = file.read(job, rows)
        tally = chunks.apply_events(file.plan, lines, sha256=job.sha256, by=Actor("import"), at=now())
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        operations._note(job, tally)
        job.status = JobStatus.FINISHED if is_last else job.status
        job.save()
        return not is_last

    chunks.event_of = without_key  # type: ignore[assignment, attr-defined]
    return run_chunk


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:]))
