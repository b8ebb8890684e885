"""A process forked from `serve`: it shares the memory of all that is loaded by then, and is there at once.

Who forks has one thread: another one could hold a lock that nobody would release in the child."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path

FORK = get_context("fork")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_LINE = 65_536
# As long as the kernel keeps a name.
LONGEST_NAME = 15
# Where the outputs of all children are read: none of them keeps those of the others.
_readings = set[int]()


class Child:
    """With a session of its own: when it is killed, nothing of it is left to hold its port or its tasks."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self.reading, writing = os.pipe()
        os.set_blocking(self.reading, False)
        _readings.add(self.reading)
        # Whether it has closed its output, as one that ends does.
        self.is_silent = False
        self._rest = b""
        self._process = FORK.Process(target=_become, args=(name, work, writing))
        with _later(SIGNALS):
            self._process.start()
        os.close(writing)

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def code(self) -> int | None:
        """As of `subprocess`: negative for a signal, None while it lives."""
        return self._process.exitcode

    def ask_to_end(self) -> None:
        if self.code is None:
            self._process.terminate()

    def kill(self) -> None:
        """The whole group, whoever of it is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        # It may have no group yet.
        self._process.kill()
        self._process.join()

    def lines(self) -> list[bytes]:
        """What it has printed since, as far as the lines have ended. Nothing waits."""
        with suppress(BlockingIOError):
            more = os.read(self.reading, LONGEST_LINE)
            self.is_silent = not more
            self._rest += more
        *lines, self._rest = self._rest.split(b"\n")
        if len(self._rest) >= LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        return lines

    def last_lines(self) -> list[bytes]:
        """Of one that was killed; nothing is read from it any more."""
        found = list[bytes]()
        while more := self.lines():
            found += more
        _readings.discard(self.reading)
        os.close(self.reading)
        return [*found, self._rest] if self._rest else found


def beside(work: Callable[[], object]) -> None:
    """Once, in a child that nobody looks after; what it prints goes where that of the parent goes. It ends with the parent."""
    with _later(SIGNALS):
        FORK.Process(target=_alone, args=(work,), daemon=True).start()


def _alone(work: Callable[[], object]) -> None:
    _leave()
    work()


@contextmanager
def _later(numbers: tuple[signal.Signals, ...]) -> Iterator[None]:
    """A signal that comes before the child has handlers of its own would be noted by those of its parent, and lost."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _become(name: str, work: Callable[[], object], writing: int) -> None:
    _leave()
    for reading in _readings:
        os.close(reading)
    for descriptor in (1, 2):
        os.dup2(writing, descriptor)
    os.close(writing)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    _take_name(name)
    work()


def _leave() -> None:
    """What ends the parent, such as Ctrl-C, is not for the child, which the parent asks to end."""
    os.setsid()
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _take_name(name: str) -> None:
    """As `ps -e`, `top` and `pgrep` show it: by its command each child is `manage.py serve`."""
    with suppress(OSError):  # Linux has it
        Path("/proc/self/comm").write_text(name[:LONGEST_NAME])
