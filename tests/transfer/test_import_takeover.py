"""A worker that is killed or replaced during an import: another goes on within 15 seconds."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from customers.models import Customer
from loyalty.staff.sender import Sender
from loyalty.transfer.enums import JobStatus
from loyalty.transfer.importing.running import LEASE
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import start_import

from .processes import ROOT, end, environment, start_worker

ROWS, MOST = 60_000, 15.0
WAIT = 120


def test_lease_and_sweep_are_shorter_than_the_standstill_that_is_promised() -> None:
    schedule = float(str(settings.CELERY_BEAT_SCHEDULE["take-over-imports"]["schedule"]))
    assert LEASE.total_seconds() + schedule < MOST - 5


@pytest.fixture
def beat(tmp_path: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "loyalty", "beat", "-l", "warning", "-s", str(tmp_path / "beat")]
    process = subprocess.Popen(command, env=environment(), cwd=ROOT)
    yield
    end(process)


@contextmanager
def ready_worker(log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker that takes tasks by now."""
    with log.open("wb") as file:
        process = start_worker("info", file)
    try:
        for _ in range(WAIT * 10):
            if b" ready." in log.read_bytes():
                break
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def rows_done(job: ImportJob) -> int:
    job.refresh_from_db()
    return job.rows_done


def wait_for_progress(job: ImportJob, beyond: int) -> float:
    """Seconds until more rows than those are done."""
    started = time.monotonic()
    while rows_done(job) <= beyond:
        assert time.monotonic() - started < WAIT, "The import stands still"
        time.sleep(0.1)
    return time.monotonic() - started


@pytest.mark.prove
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_another_worker_goes_on_within_seconds(
    committed_db: None, beat: None, tmp_path: Path, how: signal.Signals
) -> None:
    text = "id,first_name\n" + "".join(f"c{number},Ann\n" for number in range(ROWS))
    job = start_import(
        model="customers", name="x.csv", content=[text.encode()], by=Sender(None, timezone.now())
    ).result()
    with ready_worker(tmp_path / "first") as first:
        wait_for_progress(job, 0)
        with ready_worker(tmp_path / "second"):
            done = rows_done(job)
            assert done < ROWS, "The import was over too soon: more rows"
            first.send_signal(how)
            stood_still = longest_standstill(job, done)
    print(f"{how.name}: the longest standstill was {stood_still:.1f} s")
    assert stood_still <= MOST
    assert Customer.objects.count() == ROWS


def longest_standstill(job: ImportJob, done: int) -> float:
    """In seconds, from now until the end of the import."""
    longest = 0.0
    while job.status == JobStatus.PROCESSING and done < ROWS:
        longest, done = max(longest, wait_for_progress(job, done)), job.rows_done
    return longest
