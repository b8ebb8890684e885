"""A run of the timer of tiers in a process of its own, which may be killed. Run with `processes.environment`.

    python tier_expiry_child.py plain
    python tier_expiry_child.py flawed CHECKPOINT [CHUNK]

It says `ready`, and begins when it is told a line. `flawed` keeps in the file CHECKPOINT how far it has come, beside
the chunk's transaction instead of by what the levels say, and dies between the two at the chunk CHUNK.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from loyalty.tiers.models import CustomerTier

CHUNK = 40


def main(mode: str, checkpoint: str = "", chunk: str = "0") -> None:
    django.setup()
    from django.utils import timezone

    from loyalty.tiers.expiry import operations

    operations.AT_ONCE = CHUNK
    if mode == "flawed":
        make_flawed(Path(checkpoint), int(chunk))
    print("ready", flush=True)
    sys.stdin.readline()
    operations.expire_tiers(now=timezone.now)


def make_flawed(checkpoint: Path, last: int) -> None:
    from loyalty.tiers.expiry import operations

    find, sweep, done = operations._chunks, operations._sweep, 0

    def chunks_after_checkpoint(rows: "QuerySet[CustomerTier]") -> Iterator[Sequence[int]]:
        after = int(checkpoint.read_text()) if checkpoint.exists() else 0
        return (chunk for chunk in find(rows) if chunk[-1] > after)

    def sweep_after_its_checkpoint(customers: Sequence[int], *, at: datetime, announces: bool = False) -> int:
        nonlocal done
        checkpoint.write_text(str(customers[-1]))
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return sweep(customers, at=at, announces=announces)

    operations._chunks = chunks_after_checkpoint
    operations._sweep = sweep_after_its_checkpoint


if __name__ == "__main__":
    main(*sys.argv[1:])
