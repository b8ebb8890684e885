"""A worker in a process of its own, which may be killed. Run with the environment of `processes.environment`.

    python child.py JOB ROWS MODE [CHUNK]

`plain`: to the end. `leashed`: says after CHUNK chunks how many seconds the last one took, does one more, and then waits
to be killed: whoever watches it may be as late as they like. `thief`: with a lease so short, and a rest so long, that two of them take the job from each other all the time.
`flawed`: as plain, but with the checkpoint after the effects' transaction instead of in it, and rows without keys of
their own; dies between the two at the chunk CHUNK. `careless`: asks which rows are there, and takes the others for its
own without a lock. `in_step`: as plain, but a chunk begins when the other job, CHUNK, has come as far: neither runs
ahead of the other, however the machine shares itself out.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django


def main(job_id: int, rows: int, mode: str, chunk: int = 0) -> None:
    django.setup()
    from django.utils import timezone

    from loyalty.transfer.importing import running
    from loyalty.transfer.models import ImportJob

    if mode == "flawed":
        running.run_chunk = flawed(chunk)
    if mode == "leashed":
        running.run_chunk = leashed(chunk)
    if mode in ("leashed", "thief"):
        # Whose chunks are taken from them more often than anybody's in earnest.
        running.MAX_ATTEMPTS = 10**6
    if mode == "careless":
        careless()
    if mode == "in_step":
        running.run_chunk = in_step_with(chunk)
    if mode == "thief":
        running.LEASE = timedelta(seconds=0.02)
        running.run_chunk = resting(seconds=0.03)
    print("ready", flush=True)
    while ImportJob.objects.get(pk=job_id).status == "processing":
        running.work(job_id=job_id, now=timezone.now, rows=rows)
        time.sleep(0.01)


def resting(seconds: float) -> Callable[..., bool]:
    """After each chunk, when nothing but the lease keeps the job."""
    from loyalty.transfer.importing import running

    run_chunk = running.run_chunk

    def run_chunk_and_rest(**named: Any) -> bool:
        found = run_chunk(**named)
        time.sleep(seconds)
        return found

    return run_chunk_and_rest


def leashed(chunks: int) -> Callable[..., bool]:
    from loyalty.transfer.importing import running

    run_chunk, done, took = running.run_chunk, 0, 0.5

    def run_chunk_if_near(**named: Any) -> bool:
        nonlocal done, took
        if done == chunks:
            print(took, flush=True)
        while done > chunks:
            signal.pause()
        began = time.monotonic()
        found = run_chunk(**named)
        done, took = done + 1, time.monotonic() - began
        return found

    return run_chunk_if_near


def flawed(last: int) -> Callable[..., bool]:
    from loyalty.engine.events import Actor
    from loyalty.transfer.enums import JobStatus
    from loyalty.transfer.importing import events as event_rows
    from loyalty.transfer.importing import running
    from loyalty.transfer.importing.keys import Claims
    from loyalty.transfer.models import ImportJob

    done = 0

    def run_chunk(*, job_id: int, fence: int, file: running.OpenFile, now: Any, rows: int) -> bool:
        nonlocal done
        job = ImportJob.objects.get(pk=job_id)
        lines, is_last = file.read(job, rows)
        tally = event_rows.apply_events(file.plan, lines, job=job, by=Actor("import"), at=now())
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        running.note(job, tally)
        job.status = JobStatus.FINISHED if is_last else job.status
        job.save()
        return not is_last

    event_rows.claim = lambda job, keys: Claims()  # type: ignore[attr-defined]
    return run_chunk


def in_step_with(other: int) -> Callable[..., bool]:
    from loyalty.transfer.importing import running
    from loyalty.transfer.models import ImportJob

    run_chunk = running.run_chunk

    def after_the_other(*, job_id: int, fence: int, file: running.OpenFile, now: Any, rows: int) -> bool:
        reached = ImportJob.objects.get(pk=job_id).next_offset
        behind = ImportJob.objects.filter(pk=other, status="processing", next_offset__lt=reached)
        while behind.exists():
            time.sleep(0.002)
        return run_chunk(job_id=job_id, fence=fence, file=file, now=now, rows=rows)

    return after_the_other


def careless() -> None:
    from loyalty.transfer.importing import keys

    insert = keys._insert

    def read_then_write(job: Any, pairs: Any) -> Any:
        free = set(pairs) - set(keys._owners(list(pairs)))
        time.sleep(0.5)
        insert(job, pairs)
        return free

    keys._insert = read_then_write


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:]))
