"""Runs the programs of `serve` side by side. One that ends is started again, with growing pauses; the others go on meanwhile."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from loyalty.embedded import EmbeddedError

log = logging.getLogger("loyalty.serve")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# Whoever has run so long is well: the next pause is the first again.
STEADY_SECONDS = 10.0
LOOK_SECONDS, LOOK_AT_SERVERS_SECONDS = 0.1, 1.0
# For what is being done when the end comes; whatever is cut off is done again at the next start.
GRACE_SECONDS = 10.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_LINE = 65_536


class Pauses:
    """Each is twice the one before, until something has run long enough."""

    def __init__(self) -> None:
        self.following = FIRST_PAUSE

    def after(self, seconds: float) -> float:
        """Of something that ran so long."""
        pause = FIRST_PAUSE if seconds >= STEADY_SECONDS else self.following
        self.following = min(2 * pause, LONGEST_PAUSE)
        return pause


@dataclass
class Program:
    """A child with a process group of its own: when it is killed, nothing of it is left to hold its port or its tasks."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    due: float = 0.0
    started: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)

    def tend(self, now: float) -> None:
        """Start it if it is due; take note of its end."""
        if self.process is None:
            if now >= self.due:
                self._start(now)
        elif (code := self.process.poll()) is not None:
            lived = now - self.started
            self.kill()
            self.process, pause = None, self.pauses.after(lived)
            self.due = now + pause
            log.warning("%s %s after %.0f s: started again in %.1f s", self.name, _ended(code), lived, pause)

    def _start(self, now: float) -> None:
        self.process = subprocess.Popen(  # noqa: S603  our own programs
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started = now
        threading.Thread(target=_repeat, args=(self.name, self.process), daemon=True).start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """The whole group, whoever of it is left."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _repeat(name: str, process: "subprocess.Popen[bytes]") -> None:
    """What it prints, each line with its name in front."""
    assert process.stdout
    with process.stdout as lines:
        while line := lines.readline(LONGEST_LINE):
            sys.stdout.write(f"{name:<6} | {line.decode(errors='replace').rstrip()}\n")
            sys.stdout.flush()


@dataclass(frozen=True)
class Server:
    """A server that is nobody's child (see `loyalty.embedded`): looked at by asking it."""

    name: str
    answers: Callable[[], bool]
    start: Callable[[], object]

    def keep_up(self, ending: threading.Event) -> None:
        pauses, up_since = Pauses(), time.monotonic()
        while not ending.wait(LOOK_AT_SERVERS_SECONDS):
            if self._answers():
                continue
            pause = pauses.after(time.monotonic() - up_since)
            log.warning("%s does not answer: started again in %.1f s", self.name, pause)
            if ending.wait(pause):
                return
            self._start_again()
            up_since = time.monotonic()

    def _answers(self) -> bool:
        try:
            return self.answers()
        except EmbeddedError as error:
            log.error("%s: %s", self.name, error)
            return False

    def _start_again(self) -> None:
        began = time.monotonic()
        try:
            self.start()
        except (EmbeddedError, OSError) as error:
            log.error("%s was not started: %s", self.name, error)
        else:
            log.warning("%s answers again after %.1f s", self.name, time.monotonic() - began)


def run(programs: Sequence[Program], servers: Sequence[Server]) -> None:
    """Until SIGINT, SIGTERM or SIGHUP; then the programs end in order, at once at a second signal. The servers are left up."""
    ending, hurry = threading.Event(), threading.Event()
    keepers = [threading.Thread(target=server.keep_up, args=(ending,), daemon=True) for server in servers]
    with _signals(ending, hurry):
        for keeper in keepers:
            keeper.start()
        while not ending.wait(LOOK_SECONDS):
            for program in programs:
                program.tend(time.monotonic())
        _end(programs, hurry)
        for keeper in keepers:
            keeper.join(GRACE_SECONDS)


@contextmanager
def _signals(ending: threading.Event, hurry: threading.Event) -> Iterator[None]:
    def note(number: int, frame: FrameType | None) -> None:
        (hurry if ending.is_set() else ending).set()

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(programs: Sequence[Program], hurry: threading.Event) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    for program in programs:
        program.ask_to_end()
    while not all(program.has_ended() for program in programs) and time.monotonic() < deadline and not hurry.is_set():
        time.sleep(LOOK_SECONDS)
    for program in programs:
        program.kill()
