"""The clock of `serve`, and which of its tasks wait for which."""

import fcntl
import os
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery.beat import Service
from django.conf import settings

from loyalty.celery import app
from loyalty.embedded import EmbeddedError
from loyalty.management import aside, clock
from loyalty.management.child import Child
from loyalty.management.clock import Clock
from loyalty.timers import LONG, beat_schedule
from tests.test_supervisor import wait_for


def test_the_clock_begins_again_when_a_tick_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks, again = list[str](), threading.Event()

    def start(service: Any) -> None:
        ticks.append(service.schedule_filename)
        if len(ticks) == 1:
            raise OSError("no space left on the device")
        again.set()

    monkeypatch.setattr(Service, "start", start)
    with Clock(tmp_path / "schedule"):
        assert again.wait(10)

    assert set(ticks) == {str(tmp_path / "schedule")}


def test_the_clock_ticks_and_ends_with_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = threading.Event()

    def tick(scheduler: object) -> float:
        ticked.set()
        return 0.1

    monkeypatch.setattr("celery.beat.PersistentScheduler.tick", tick)
    with Clock(tmp_path / "schedule") as ticking:
        assert ticked.wait(10)

    assert not ticking._thread.is_alive()


def keeper(schedule: Path) -> Child:
    return Child("loyalty clock", partial(clock.keep, schedule, []))


def ticking(schedule: Path) -> bool:
    """Whether somebody is the clock."""
    with schedule.with_suffix(".lock").open("w") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celery.beat.PersistentScheduler.tick", lambda scheduler: 0.1)


def test_the_clock_ends_in_order_when_it_is_asked_to(tmp_path: Path, quiet: None) -> None:
    child = keeper(tmp_path / "schedule")
    wait_for(lambda: ticking(tmp_path / "schedule"))
    child.ask_to_end()
    wait_for(lambda: child.code is not None)

    assert child.code == 0
    assert not ticking(tmp_path / "schedule")
    child.last_lines()


def test_the_clock_of_a_serve_that_was_killed_ends(tmp_path: Path, quiet: None) -> None:
    """Two would do everything twice."""

    def serve() -> None:
        keeper(tmp_path / "schedule")
        time.sleep(600)

    serving = Child("loyalty serve", serve)
    wait_for(lambda: (tmp_path / "schedule.lock").exists() and ticking(tmp_path / "schedule"))
    os.kill(serving.pid, signal.SIGKILL)

    wait_for(lambda: not ticking(tmp_path / "schedule"))
    serving.kill()
    serving.last_lines()


def test_there_is_one_clock_at_a_time(tmp_path: Path, quiet: None) -> None:
    first = keeper(tmp_path / "schedule")
    wait_for(lambda: ticking(tmp_path / "schedule"))
    second = keeper(tmp_path / "schedule")
    time.sleep(1)
    threads = [len(list(Path(f"/proc/{child.pid}/task").iterdir())) for child in (first, second)]
    for child in (first, second):
        child.kill()
        child.last_lines()

    assert threads == [2, 1]


def test_what_may_take_long_has_a_queue_of_its_own() -> None:
    """A worker of short tasks cannot end one that hangs, and is not kept by one that takes an hour."""
    app.loader.import_default_modules()
    tasks = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    long = {name for name in tasks if app.amqp.router.route({}, name)["queue"].name == LONG}

    assert {name for name, task in tasks.items() if (task.time_limit or 0) > settings.CELERY_TASK_TIME_LIMIT} <= long
    assert "loyalty.transfer.tasks.run_import" in long
    assert {queue.name for queue in settings.CELERY_TASK_QUEUES} == {"celery", LONG}


def test_what_comes_every_few_seconds_expires_when_the_next_one_is_due() -> None:
    found = {name: entry["options"].get("expires") for name, entry in beat_schedule().items()}

    assert found["take-over-imports"] == 2.0
    assert found["sweep-outbox"] == 30.0
    assert found["expire-points"] is None


class TestWorkAside:
    def test_returns_and_raises_what_the_work_does(self) -> None:
        assert aside.run(lambda: {"pid": 1}) == {"pid": 1}
        assert aside.run(os.getpid) != os.getpid()
        with pytest.raises(EmbeddedError, match="port"):
            aside.run(_fail)

    def test_that_is_ended_says_so(self) -> None:
        with pytest.raises(aside.Ended):
            aside.run(lambda: os._exit(3))


def _fail() -> None:
    raise EmbeddedError("The port is taken")
