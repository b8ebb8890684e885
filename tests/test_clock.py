"""The clock of `serve`, and which of its tasks wait for which."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from celery.beat import Service
from django.conf import settings

from loyalty.celery import app
from loyalty.embedded import EmbeddedError
from loyalty.management import aside
from loyalty.management.clock import Clock
from loyalty.timers import LONG, beat_schedule


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
