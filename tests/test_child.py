"""The children of `serve`: each by itself, and what they print is told without waiting for its reader."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loyalty.management.child import Child
from loyalty.management.output import Output
from tests.test_supervisor import SLEEP, is_alive, wait_for


@pytest.fixture
def children() -> Iterator[list[Child]]:
    made = list[Child]()
    yield made
    for child in made:
        child.kill()
        child.last_lines()


@pytest.fixture
def start(children: list[Child]) -> Callable[[Callable[[], object]], Child]:
    def start(work: Callable[[], object]) -> Child:
        children.append(Child("loyalty test", work))
        return children[-1]

    return start


def say(word: str) -> None:
    os.write(1, f"{word}\n".encode())  # pytest has a `sys.stdout` of its own
    time.sleep(600)


def printed(child: Child, number: int) -> list[bytes]:
    found = list[bytes]()

    def has_come() -> bool:
        found.extend(child.lines())
        return len(found) >= number

    wait_for(has_come)
    return found


def test_a_child_has_a_name_and_a_session_of_its_own(start: Callable[[Callable[[], object]], Child]) -> None:
    child = start(lambda: say(str(os.getsid(0))))

    assert printed(child, 1) == [str(child.pid).encode()]
    assert Path(f"/proc/{child.pid}/comm").read_text() == "loyalty test\n"


def test_a_signal_right_after_the_start_is_heard(start: Callable[[Callable[[], object]], Child]) -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        child = start(SLEEP)
        child.ask_to_end()
        wait_for(lambda: child.code is not None)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert child.code == -signal.SIGTERM


def test_a_child_holds_nothing_of_another_one(start: Callable[[Callable[[], object]], Child]) -> None:
    first = start(SLEEP)
    pipe = Path(f"/proc/self/fd/{first.reading}").readlink()
    second = start(lambda: say("up"))
    printed(second, 1)

    assert pipe not in [file.readlink() for file in Path(f"/proc/{second.pid}/fd").iterdir()]
    first.kill()
    assert is_alive(second.pid)


def test_a_child_that_ends_says_how_and_what_it_printed_last(
    start: Callable[[Callable[[], object]], Child], children: list[Child]
) -> None:
    child = start(lambda: os.write(1, b"one\ntwo") and os._exit(3))
    wait_for(lambda: child.code is not None)

    assert child.code == 3
    assert child.last_lines() == [b"one", b"two"]
    children.clear()


class TestOutput:
    def test_whoever_does_not_read_keeps_nobody_waiting(self) -> None:
        reading, writing = os.pipe()
        output = Output(writing)
        many = [b"x" * 1000] * 200  # more than a pipe takes
        output.tell("web", many)

        began = time.monotonic()
        assert output.wait([reading], 0.1) == []  # who prints more waits
        assert time.monotonic() - began >= 0.1
        told = b""
        while told.count(b"\n") < len(many):
            told += os.read(reading, 65_536)
            output.wait([], 0)
        assert told == (b"web    | " + b"x" * 1000 + b"\n") * len(many)
        os.close(reading)
        output.tell("web", many)  # nobody is left who reads
        os.close(writing)
