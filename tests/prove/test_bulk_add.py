"""A hundred thousand customers are put on a list while Celery's worker is killed again and again."""

import random
import time

import pytest

from loyalty.bulk.tasks import resume_requests
from tests.lists.killing import check_done, done_of, request_about, wait_for
from tests.transfer.processes import end, start_worker

pytestmark = pytest.mark.prove
CUSTOMERS = 100_000
KILLS = 5


def test_a_hundred_thousand_customers_are_added_whatever_becomes_of_the_worker(committed_db: None) -> None:
    began = time.monotonic()
    request, seen = request_about(CUSTOMERS - 1), []
    accepted = time.monotonic() - began
    for kill in range(KILLS):
        worker = start_worker()
        resume_requests()
        wait_for(request, CUSTOMERS * (kill + 1) // (KILLS + 2), seconds=600)
        time.sleep(random.uniform(0, 0.3))
        worker.kill()
        worker.wait()
        seen.append(done_of(request))
    assert seen == sorted(set(seen))
    assert seen[-1] < CUSTOMERS

    worker = start_worker()
    resume_requests()
    wait_for(request, CUSTOMERS, seconds=600)
    end(worker)

    check_done(request, CUSTOMERS - 1)
    took = time.monotonic() - began
    print(f"made and taken in after {accepted:.1f} s; killed at {seen}; {CUSTOMERS} customers in {took:.0f} s")
