"""A run of the expiry timer in a process of its own, which may be killed. Run with `processes.environment`.

    python expiry_child.py plain
    python expiry_child.py leashed CHUNKS
    python expiry_child.py flawed CHECKPOINT [CHUNK]

It says `ready`, and begins when it is told a line. `leashed` says after so many chunks how many seconds the last one
took, does one more, and then waits to be killed: whoever watches it may be as late as they like.
`flawed` keeps in the file CHECKPOINT how far it has come, beside the chunk's transaction instead of by what the lots
say, and dies between the two at the chunk CHUNK.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import django

CHUNK_LOTS = 200


def main(mode: str, first: str = "", chunk: str = "0") -> None:
    django.setup()
    from django.utils import timezone

    from loyalty.points.expiry import operations as expiry_run

    expiry_run.FIRST_LOTS = expiry_run.LEAST_LOTS = expiry_run.MOST_LOTS = CHUNK_LOTS
    if mode == "flawed":
        make_flawed(Path(first), int(chunk))
    if mode == "leashed":
        leash(int(first))
    print("ready", flush=True)
    sys.stdin.readline()
    expiry_run.expire_points(now=timezone.now)


def leash(chunks: int) -> None:
    from loyalty.points.expiry import operations as expiry_run

    expire_chunk, done, took = expiry_run.expire_chunk, 0, 0.05

    def expire_chunk_if_near(
        customers: Sequence[int], *, at: datetime, seconds: float | None = None
    ) -> tuple[int, int, int]:
        nonlocal done, took
        if done == chunks:
            print(took, flush=True)
        while done > chunks:
            signal.pause()
        began = time.monotonic()
        found = expire_chunk(customers, at=at, seconds=seconds)
        done, took = done + 1, time.monotonic() - began
        return found

    expiry_run.expire_chunk = expire_chunk_if_near


def make_flawed(checkpoint: Path, last: int) -> None:
    from loyalty.points.expiry import operations as expiry_run

    find, expire_chunk, done = expiry_run._due, expiry_run.expire_chunk, 0

    def due_after_checkpoint(at: datetime) -> Iterator[tuple[int, int]]:
        after = int(checkpoint.read_text()) if checkpoint.exists() else 0
        return (row for row in find(at) if row[0] > after)

    def chunk_after_its_checkpoint(
        customers: Sequence[int], *, at: datetime, seconds: float | None = None
    ) -> tuple[int, int, int]:
        nonlocal done
        checkpoint.write_text(str(customers[-1]))
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return expire_chunk(customers, at=at, seconds=seconds)

    expiry_run._due = due_after_checkpoint
    expiry_run.expire_chunk = chunk_after_its_checkpoint


if __name__ == "__main__":
    main(*sys.argv[1:])
