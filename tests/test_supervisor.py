"""Who dies is started again, after pauses that grow; the others go on; the end is in order."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from loyalty.embedded import EmbeddedError
from loyalty.management import supervisor
from loyalty.management.supervisor import Pauses, Program, Server

ROOT = Path(__file__).resolve().parent.parent
SLEEP = partial(time.sleep, 600)


def shell(script: str) -> Callable[[], object]:
    return partial(os.execv, "/bin/sh", ["/bin/sh", "-c", script])


# Its child keeps the group, as the workers of a web server do when their parent is killed.
FAMILY = shell("sleep 600 & echo $!; exec sleep 600")


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def tend_until(program: Program, condition: Callable[[], object]) -> None:
    def tended() -> object:
        program.tend(time.monotonic())
        return condition()

    wait_for(tended)


@pytest.fixture
def program() -> Iterator[Program]:
    made = Program("worker", SLEEP)
    yield made
    made.kill()


def pid_of(program: Program) -> int:
    assert program.child
    return program.child.pid


def test_pauses_double_up_to_a_limit_and_begin_again_after_a_steady_time() -> None:
    pauses = Pauses()

    assert [pauses.after(0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert [pauses.after(10), pauses.after(0), pauses.after(0)] == [0.5, 1, 2]


def test_who_is_killed_is_started_again_and_a_line_says_so(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    tend_until(program, lambda: program.child)
    first = pid_of(program)
    os.kill(first, signal.SIGKILL)

    tend_until(program, lambda: program.child and pid_of(program) != first)

    assert [record.getMessage() for record in caplog.records] == [
        "worker was ended by SIGKILL after 0 s: started again in 0.5 s"
    ]
    assert caplog.records[0].levelno == logging.WARNING


def test_who_ends_by_itself_is_started_again_after_longer_and_longer_pauses(caplog: pytest.LogCaptureFixture) -> None:
    program = Program("beat", shell("exit 3"))

    tend_until(program, lambda: len(caplog.records) == 3)

    program.kill()
    assert [record.getMessage().partition(" after ")[0] for record in caplog.records] == ["beat ended with code 3"] * 3
    assert [record.args[3] for record in caplog.records if isinstance(record.args, tuple)] == [0.5, 1, 2]


def test_nothing_of_a_killed_parent_is_left(capfd: pytest.CaptureFixture[str]) -> None:
    program = Program("web", FAMILY)
    tend_until(program, lambda: program.child)
    printed = ""
    while not printed:
        time.sleep(0.01)
        program.repeat()
        printed = capfd.readouterr().out
    child = int(printed.split()[-1])
    os.kill(pid_of(program), signal.SIGKILL)
    tend_until(program, lambda: program.child is None)

    wait_for(lambda: not is_alive(child))
    program.kill()


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


RUN = """
import logging, signal, time
logging.basicConfig(format="%(message)s")
from loyalty.management.supervisor import Program, run
def polite():
    time.sleep(600)
def stubborn():
    signal.signal(15, signal.SIG_IGN)
    print("deaf")
    time.sleep(600)
run([Program("polite", polite), Program("deaf", stubborn)])
print("ended in order", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_them_and_a_second_one_at_once(number: signal.Signals) -> None:
    command = [sys.executable, "-c", textwrap.dedent(RUN)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert running.stdout
    assert running.stdout.readline() == "deaf   | deaf\n"
    children = [int(pid) for pid in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()]
    running.send_signal(number)
    wait_for(lambda: not is_alive(children[0]))
    assert is_alive(children[1])
    running.send_signal(number)

    assert running.communicate(timeout=8)[0] == "ended in order\n"
    assert [pid for pid in children if is_alive(pid)] == []


def test_a_server_that_does_not_answer_is_started_until_it_does(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.setattr(supervisor, "LOOK_AT_SERVERS_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    starts, ending = list[int](), threading.Event()

    def start() -> None:
        starts.append(1)
        if len(starts) < 3:
            raise EmbeddedError("postgres ended at its start.")

    server = Server("PostgreSQL", lambda: len(starts) >= 3, start)
    keeper = threading.Thread(target=server.keep_up, args=(ending,))
    keeper.start()
    wait_for(lambda: len(starts) == 3)
    time.sleep(0.1)
    ending.set()
    keeper.join()

    assert len(starts) == 3
    lines = [record.getMessage() for record in caplog.records]
    assert lines[:2] == [
        "PostgreSQL does not answer: started again in 0.0 s",
        "PostgreSQL was not started: postgres ended at its start.",
    ]
    assert lines[-1].startswith("PostgreSQL answers again after ")


def test_celery_waits_for_its_queue_as_long_as_it_takes() -> None:
    from loyalty.celery import app

    assert app.conf.broker_connection_max_retries is None
    assert app.conf.broker_connection_retry
    assert app.conf.broker_channel_error_retry
