"""How long a process may wait for the database, and how the threads of one leave room for others."""

import subprocess
import sys
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from psycopg.errors import LockNotAvailable

from loyalty.api.handlers import failed
from loyalty.database.patience import BY_PROCESS, kind_of_process
from loyalty.database.queue import SHORT, Busy, Queue
from tests.api_keys import development_key
from tests.engine.world import accepted, event, rows
from tests.transfer.processes import ROOT, environment

SHOWN = "SELECT name, setting FROM pg_settings WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout')"


@pytest.mark.parametrize("kind", BY_PROCESS)
def test_a_connection_has_the_patience_of_its_process(db: None, kind: str) -> None:
    code = (
        "import django; django.setup(); from django.db import connection; c = connection.cursor();"
        f' c.execute("{SHOWN}"); print(dict(c.fetchall()))'
    )
    chosen = {**environment(), "LOYALTY_PROCESS": kind}
    done = subprocess.run(
        [sys.executable, "-c", code], env=chosen, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert eval(done.stdout) == BY_PROCESS[kind].limits()


@pytest.mark.parametrize(("kind", "plans"), [("web", "force_generic_plan"), ("worker", "auto")])
@pytest.mark.parametrize("before", ["command", "web", "worker"])
def test_a_forked_process_becomes_another_kind(db: None, before: str, kind: str, plans: str) -> None:
    code = (
        "import os, django; django.setup(); from django.conf import settings; from django.db import connection;"
        f" from loyalty.database import patience; del os.environ['LOYALTY_PROCESS']; patience.become('{kind}');"
        f' c = connection.cursor(); c.execute("{SHOWN}"); found = dict(c.fetchall());'
        ' c.execute("SHOW plan_cache_mode"); print([found, c.fetchone()[0], settings.LOYALTY_THREADED])'
    )
    chosen = {**environment(), "LOYALTY_PROCESS": before}
    done = subprocess.run(
        [sys.executable, "-c", code], env=chosen, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert eval(done.stdout) == [BY_PROCESS[kind].limits(), plans, kind == "web"]


def test_who_waits_for_a_till_answers_within_three_seconds() -> None:
    """For the place in front and for the row."""
    assert 0 < 2 * BY_PROCESS["web"].lock < 3
    assert all(one.lock and one.idle for one in BY_PROCESS.values())


@pytest.mark.parametrize(
    ("argv", "role", "kind"),
    [
        (["manage.py", "verify"], "app", "command"),
        (["manage.py", "migrate"], "owner", "migration"),
        (["/venv/site-packages/celery/__main__.py"], "app", "worker"),
        (["/venv/bin/celery"], "app", "worker"),
    ],
)
def test_a_process_is_known_by_what_was_started(
    argv: list[str], role: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.delenv("LOYALTY_PROCESS", raising=False)
    assert kind_of_process(role) == kind


def test_over_a_pooler_each_transaction_of_the_engine_says_its_patience(db: None, settings: Any) -> None:
    settings.ENV = _Pooled()
    settings.LOYALTY_PATIENCE = BY_PROCESS["web"]
    accepted(event("ann", "opt_in"))
    assert dict(rows(SHOWN)) == BY_PROCESS["web"].limits()


class _Pooled:
    pooled_database = True


# Threads


@pytest.fixture
def queue(settings: Any) -> Queue:
    settings.LOYALTY_THREADED = True
    return Queue()


def fails(queue: Queue, *names: str) -> None:
    with pytest.raises(LockNotAvailable), queue.turn(names):
        raise LockNotAvailable


def test_one_thread_waits_long_and_the_others_shortly(queue: Queue) -> None:
    with queue.turn(["ann"]) as first, queue.turn(["ann"]) as second, queue.turn(["bob"]) as other:
        assert (first, second, other) == (None, SHORT, SHORT)
    with queue.turn(["ann"]) as again:
        assert again is None


def test_whoever_comes_while_the_lock_is_not_to_be_had_is_refused_at_once(queue: Queue) -> None:
    fails(queue, "ann")
    with queue.turn(["ann"]) as one_asks:
        assert one_asks is None
        with pytest.raises(Busy), queue.turn(["x", "ann"]):
            pass
        with queue.turn(["bob"]):
            pass
    with queue.turn(["ann"]), queue.turn(["ann"]) as had_again:
        assert had_again == SHORT


def test_a_process_without_threads_has_no_queue(settings: Any) -> None:
    settings.LOYALTY_THREADED = False
    queue = Queue()
    with queue.turn(["ann"]) as one, queue.turn(["ann"]) as other:
        assert (one, other) == (None, None)


def test_what_nobody_waits_for_is_forgotten(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyalty.database.queue.MOST_STUCK", 3)
    for number in range(10):
        fails(queue, f"c{number}")
    assert len(queue._stuck) <= 3
    assert not queue._entered


# What is answered


def locked(*args: Any, **kwargs: Any) -> Any:
    raise OperationalError("canceling statement due to lock timeout") from LockNotAvailable()


def test_a_write_that_cannot_have_its_lock_is_told_when_to_come_back(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    development_key()
    monkeypatch.setattr("loyalty.intake.api.record", locked)
    body = '{"customer": "ann", "action": "login"}'
    answer = Client().post("/events?api_key=till-key", body, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "Somebody else is writing" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("accept", "told"), [("text/html", "<h1>Somebody else"), ("application/json", '"code"')])
def test_a_page_says_so_in_plain_words(accept: str, told: str) -> None:
    request = RequestFactory().get("/customers/", headers={"Accept": accept})
    try:
        locked()
    except OperationalError:
        answer = failed(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert told in answer.content.decode()
