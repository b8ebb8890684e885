"""One customer is locked by a transaction that hangs, and fifty writers want them: everybody else is served as before."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from loyalty.api.keys.models import ApiKey
from loyalty.benchmark.serving import OURS, web
from loyalty.database.patience import BY_PROCESS
from loyalty.environment import read as environment_of_tests
from tests.api_keys import development_key
from tests.engine.races.racing import waiting
from tests.engine.test_write_once import connect
from tests.engine.world import accepted, event
from tests.live import Answer, Live
from tests.transfer.processes import environment

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed_db")]
PATIENT = "tests.prove.patient_wsgi:application"
WRITERS, SECONDS, THREADS = 50, 12, 8
JSON = {"Content-Type": "application/json"}
LOCK = "SELECT 1 FROM customers_customer WHERE public_id = 'stuck' FOR UPDATE"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's pages have their files: the folder of its data."""
    folder = tmp_path_factory.mktemp("data")
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    chosen = {**environment(), "LOYALTY_DATA_DIR": str(folder)}
    subprocess.run(command, env=chosen, cwd=settings.BASE_DIR, check=True)
    return folder


@pytest.fixture(autouse=True)
def people(committed_db: None, collected: Path, settings: Any) -> ApiKey:
    settings.MEDIA_ROOT = collected / "files"
    accepted(event("stuck", "opt_in"), *(event(f"c{number}", "opt_in") for number in range(20)))
    return development_key(requests_per_minute=None)


@contextmanager
def served(application: str = OURS) -> Iterator[Live]:
    """As `serve` starts it: two workers of four threads."""
    with web(environment(), application, workers=2) as started:
        started.wait()
        yield Live(started)


def write(live: Live, customer: str) -> Answer:
    body = json.dumps({"customer": customer, "action": "point_add", "data": {"points": 1}}).encode()
    return live.send("POST", b"/events?api_key=till-key", JSON, body)


def page(live: Live) -> Answer:
    return live.send("GET", b"/login/", {"Accept": "text/html"})


class Crowd:
    """Writers of the one customer, who come back when they are told to."""

    def __init__(self, live: Live) -> None:
        self.live, self.over = live, threading.Event()
        self.answers: list[Answer] = []

    def run(self) -> None:
        while not self.over.is_set():
            self.answers.append(answer := write(self.live, "stuck"))
            self.over.wait(int(answer.headers.get("retry-after", 0)))


@contextmanager
def locked_and_wanted(live: Live) -> Iterator[Crowd]:
    crowd = Crowd(live)
    with connect("owner") as raw, ThreadPoolExecutor(WRITERS) as pool:
        raw.autocommit = False
        raw.execute(LOCK)
        for _ in range(WRITERS):
            pool.submit(crowd.run)
        try:
            yield crowd
        finally:
            crowd.over.set()
            raw.rollback()


def measured(live: Live) -> dict[str, float]:
    """The 95th percentile of what others wait, in seconds, for a page and for a write."""
    asked: dict[str, Callable[[int], Answer]] = {
        "page": lambda number: page(live),
        "write": lambda number: write(live, f"c{number % 20}"),
    }
    found: dict[str, list[float]] = {name: [] for name in asked}

    def run(name: str) -> None:
        until, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            answer = asked[name](number)
            assert answer.status == 200, answer
            found[name].append(answer.seconds)
            number += 1
            time.sleep(0.05)

    with ThreadPoolExecutor(len(asked)) as pool:
        list(pool.map(run, asked))
    return {name: quantiles(seconds, n=20)[-1] for name, seconds in found.items()}


def test_a_locked_customer_holds_up_nobody_else() -> None:
    with served() as live:
        measured(live)
        without = measured(live)
        with locked_and_wanted(live) as crowd:
            found = measured(live)
        after = write(live, "stuck")
    print(f"p95 without {without}, with {WRITERS} writers of a locked customer {found}; {len(crowd.answers)} refused")
    assert {answer.status for answer in crowd.answers if answer.status != 200} == {503}
    assert max(answer.seconds for answer in crowd.answers) <= 3
    assert after.status == 200
    for name, seconds in without.items():
        assert found[name] <= 2 * seconds, name


def test_control_with_the_patience_of_a_command_the_service_stands_still() -> None:
    with served(PATIENT) as live:
        measured(live)  # until both workers are there
        with locked_and_wanted(live):
            deadline = time.monotonic() + 10
            while (held := waiting()) < THREADS and time.monotonic() < deadline:
                time.sleep(0.05)
            assert held == THREADS
            with pytest.raises(TimeoutError):
                live.raw(f"GET /login/ HTTP/1.1\r\nHost: {live.host}\r\nConnection: close\r\n\r\n".encode(), patience=3)


def test_a_session_of_the_web_that_hangs_in_its_transaction_is_ended() -> None:
    url, limits = environment_of_tests().database_url, BY_PROCESS["web"]
    with served() as live, psycopg.connect(url, dbname=_database(), options=limits.options()) as hanging:
        assert page(live).status == write(live, "stuck").status == 200
        hanging.execute(LOCK)
        first = write(live, "stuck")
        assert (first.status, first.headers.get("retry-after")) == (503, "1")
        deadline = time.monotonic() + limits.idle + 5
        while (last := write(live, "stuck")).status != 200 and time.monotonic() < deadline:
            time.sleep(0.5)
        assert last.status == 200
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            hanging.execute("SELECT 1")


def _database() -> str:
    return str(connection.settings_dict["NAME"])
