"""A bulk request survives its workers, and is one however often it is sent at once."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from loyalty.bulk import operations
from loyalty.bulk.kinds import Item
from loyalty.bulk.models import BulkChunk, BulkRequest
from loyalty.bulk.operations import accept
from loyalty.bulk.queries import request_of
from loyalty.bulk.tasks import run_request
from segments.lists.bulk.kinds import CUSTOMER_ADD, CUSTOMER_REMOVE
from tests.engine.world import BY, NOW
from tests.lists.killing import check_done, done_of, request_about, start, wait_for
from tests.lists.lists import make_lists, members, on

CUSTOMERS = 2_000


@pytest.fixture
def request_of_many(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> BulkRequest:
    monkeypatch.setattr(operations, "CHUNK", 50)
    return request_about(CUSTOMERS)


def test_a_worker_killed_in_the_midst_is_followed_by_another_and_each_customer_is_added_once(
    request_of_many: BulkRequest,
) -> None:
    for goal in (100, 600, 1_100):
        worker = start(request_of_many)
        wait_for(request_of_many, goal)
        time.sleep(random.uniform(0, 0.05))
        worker.kill()
        worker.wait()
        assert goal <= done_of(request_of_many) < CUSTOMERS, "The run was over too soon"

    assert start(request_of_many).wait() == 0

    check_done(request_of_many, CUSTOMERS)


def test_control_a_worker_that_advances_before_the_effects_loses_some(request_of_many: BulkRequest) -> None:
    worker = start(request_of_many, "flawed")
    deadline = time.monotonic() + 60
    while BulkChunk.objects.count() == 41 and time.monotonic() < deadline:
        time.sleep(0.005)
    worker.kill()
    worker.wait()

    start(request_of_many).wait()

    with pytest.raises(AssertionError):
        check_done(request_of_many, CUSTOMERS)


def test_two_workers_at_once_add_each_customer_once(request_of_many: BulkRequest) -> None:
    workers = [start(request_of_many) for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    assert start(request_of_many).wait() == 0

    check_done(request_of_many, CUSTOMERS)


# The same batch at once


def at_once(work: Callable[[], Any], times: int = 4) -> list[Any]:
    """What each thread's call gives or raises."""
    found: list[Any] = []
    barrier = threading.Barrier(times)

    def run() -> None:
        barrier.wait()
        try:
            found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _asked() -> int:
    return accept(CUSTOMER_ADD, "vip", [Item("ann")], by=BY, at=NOW, batch="b1").pk


def test_the_same_batch_sent_at_once_is_one_request(committed_db: None) -> None:
    make_lists("vip")

    found = at_once(_asked)

    assert found == [BulkRequest.objects.get().pk] * 4
    assert BulkChunk.objects.count() == 1


def test_control_looking_first_is_not_enough(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    barrier = threading.Barrier(4)

    def look_first(made: BulkRequest, items: Any, status_url: str) -> BulkRequest:
        found = request_of(made.family, made.batch)
        barrier.wait()
        if found is None:
            made.save()
        return found or made

    monkeypatch.setattr(operations, "_kept", look_first)
    assert sum(isinstance(one, IntegrityError) for one in at_once(_asked)) == 3


@pytest.mark.django_db
def test_the_task_goes_on_with_what_waits_for_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    make_lists("vip")
    members("ann")
    sent: list[int] = []
    monkeypatch.setattr("loyalty.bulk.tasks.wake_workers", sent.append)
    first = accept(CUSTOMER_ADD, "vip", [Item("ann")], by=BY, at=NOW)
    second = accept(CUSTOMER_REMOVE, "vip", [Item("ann")], by=BY, at=NOW)

    run_request(request_id=first.pk)
    assert (sent, on("vip")) == ([second.pk], ["ann"])
    run_request(request_id=second.pk)
    assert (sent, on("vip")) == ([second.pk], [])
