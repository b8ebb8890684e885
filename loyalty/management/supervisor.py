"""Runs the programs of `serve` side by side. One that ends is started again, with growing pauses; the others go on meanwhile."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import active_children
from types import FrameType

from loyalty.embedded import EmbeddedError

from .child import SIGNALS, Child
from .output import output

log = logging.getLogger("loyalty.serve")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# Whoever has run so long is well: the next pause is the first again.
STEADY_SECONDS = 10.0
LOOK_SECONDS, LOOK_AT_SERVERS_SECONDS = 0.1, 1.0
# For what is being done when the end comes; whatever is cut off is done again at the next start.
GRACE_SECONDS = 10.0


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
    """What a child does, and the child that does it."""

    name: str
    work: Callable[[], object]
    child: Child | None = None
    due: float = 0.0
    started: float = 0.0
    pauses: Pauses = field(default_factory=Pauses)

    def tend(self, now: float) -> None:
        """Start it if it is due; take note of its end."""
        if self.child is None:
            if now >= self.due:
                self.child, self.started = Child(f"loyalty {self.name}", self.work), now
        elif (code := self.child.code) is not None:
            lived = now - self.started
            self.kill()
            pause = self.pauses.after(lived)
            self.due = now + pause
            log.warning("%s %s after %.0f s: started again in %.1f s", self.name, _ended(code), lived, pause)

    def repeat(self) -> None:
        """What it has printed."""
        if self.child is not None:
            output.tell(self.name, self.child.lines())

    def ask_to_end(self) -> None:
        if self.child is not None:
            self.child.ask_to_end()

    def has_ended(self) -> bool:
        return self.child is None or self.child.code is not None

    def kill(self) -> None:
        """The whole group, whoever of it is left."""
        if self.child is not None:
            self.child.kill()
            output.tell(self.name, self.child.last_lines())
            self.child = None


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


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


def run(programs: Sequence[Program]) -> None:
    """Until SIGINT, SIGTERM or SIGHUP; then the programs end in order, at once at a second signal."""
    ending, hurry = threading.Event(), threading.Event()
    with _signals(ending, hurry):
        try:
            while not ending.is_set():
                for program in programs:
                    program.tend(time.monotonic())
                _repeat(programs)
                # Takes note of the end of those that nobody looks after.
                active_children()
        finally:
            _end(programs, hurry)


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


def _repeat(programs: Sequence[Program]) -> None:
    """What they print, for as long as a look takes."""
    printing = {program.child.reading: program for program in programs if program.child and not program.child.is_silent}
    for reading in output.wait(list(printing), LOOK_SECONDS):
        printing[reading].repeat()


def _end(programs: Sequence[Program], hurry: threading.Event) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    for program in programs:
        program.ask_to_end()
    while not all(program.has_ended() for program in programs) and time.monotonic() < deadline and not hurry.is_set():
        _repeat(programs)
    for program in programs:
        program.kill()
