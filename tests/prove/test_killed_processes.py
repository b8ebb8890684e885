"""Each process of `serve` is killed twenty times under load: it comes back, the others go on, and no acknowledged write is lost."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import psycopg
import pytest

from loyalty import embedded
from loyalty.management.supervisor import STEADY_SECONDS
from tests.prove.serving import Serving, Tills, folder, furnished, recorded, serve, wait_for

pytestmark = pytest.mark.prove
ROUNDS = int(os.environ.get("KILLS", "20"))
VICTIMS = ["web worker", "Celery worker", "long worker", "clock", "PostgreSQL", "Valkey"]
TILLS = 4


def kill(serving: Serving, name: str) -> float:
    """How long until it is there again, as another process."""
    wait_for(lambda: serving.pids(name))
    victims, started = serving.pids(name), serving.lines("Started worker")
    os.kill(victims[0], signal.SIGKILL)
    seconds = wait_for(lambda: len(found := serving.pids(name)) >= len(victims) and victims[0] not in found)
    if name == "web worker":  # it is there before it answers, and the other one must not be killed meanwhile
        seconds += wait_for(lambda: serving.lines("Started worker") > started)
    return seconds


def kill_again_and_again(serving: Serving, name: str) -> list[float]:
    """Once it has run long enough to be well: what dies sooner comes back later and later."""
    seconds = list[float]()
    for _ in range(ROUNDS):
        seconds.append(kill(serving, name))
        time.sleep(STEADY_SECONDS + 0.5)
    return seconds


def outbox(serving: Serving) -> int:
    with suppress(psycopg.Error), psycopg.connect(embedded.addresses(serving.data).owner_url) as raw:
        [(rows,)] = raw.execute("SELECT count(*) FROM sync_outboxrow").fetchall()
        return int(rows)
    return -1


def fill_outbox(serving: Serving) -> None:
    """By rows from when somebody had subscribed."""
    with psycopg.connect(embedded.addresses(serving.data).owner_url) as raw:
        raw.execute(
            "INSERT INTO sync_outboxrow (customer_id, event_id, action, created_at)"
            " SELECT customer_id, id, action, now() FROM events_event ORDER BY id LIMIT 100"
        )


def test_each_process_comes_back_and_nothing_acknowledged_is_lost_or_doubled() -> None:
    with folder() as data:
        furnished(data)
        with serve(data) as serving:
            tills = Tills(serving.port)
            with tills.sending(TILLS), ThreadPoolExecutor(len(VICTIMS)) as pool:
                wait_for(lambda: len(tills.acknowledged) > 50)
                back = dict(zip(VICTIMS, pool.map(partial(kill_again_and_again, serving), VICTIMS), strict=True))
            kills = serving.lines("started again in") + serving.lines("Unexpected exit from worker")
            fill_outbox(serving)
            # What the queue and the clock are for is done again, too.
            drained = wait_for(lambda: outbox(serving) == 0, 180)
            times, told = recorded(data), serving.told()
        print()
        for name, seconds in back.items():
            print(
                f"{name:14} killed {len(seconds)} times, back after {sum(seconds) / len(seconds):.1f} s, at most {max(seconds):.1f} s"
            )
        longest = max(seconds for seconds, _ in tills.outages)
        print(f"{len(tills.acknowledged)} writes acknowledged; answers: {dict(sorted(tills.statuses.items()))}")
        print(f"longest time of a till without an acknowledgement: {longest:.1f} s; outbox empty after {drained:.0f} s")
        assert [receipt for receipt in tills.acknowledged if times[receipt] != 1] == []
        assert max(times.values()) == 1
        assert kills >= ROUNDS * len(VICTIMS)
        assert [status for status in tills.statuses if status.endswith(" 500")] == []
        assert longest < 60, told


def test_nothing_of_a_killed_web_server_holds_its_port() -> None:
    with folder() as data:
        furnished(data)
        with serve(data) as serving:
            tills = Tills(serving.port)
            with tills.sending(1):
                for _ in range(3):
                    wait_for(lambda: tills.acknowledged)
                    tills.acknowledged.clear()
                    kill(serving, "web parent")
                tills.acknowledged.clear()
                wait_for(lambda: tills.acknowledged)
            assert serving.lines("Address already in use") == 0


def test_a_service_without_its_queue_takes_what_does_not_need_it() -> None:
    """Valkey is away for good; the program is asked to end, and does."""
    with folder() as data:
        furnished(data)
        with serve(data, REDIS_URL="unix:///nowhere/valkey.sock") as serving:
            wait_for(lambda: serving.lines("Cannot connect to redis") > 2)  # the control: it is really away
            tills = Tills(serving.port)
            with tills.sending(2):
                time.sleep(20)
            assert {status for status in tills.statuses if status not in {"write 200", "page 200"}} == set()
            assert len(tills.acknowledged) > 20
            assert serving.program("worker") != []
            assert serving.lines("started again in") == 0
