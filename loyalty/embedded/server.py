"""One server: up, down, and whether anything of it is left.

"Is it up" is a real connection that names the data folder. "Is anything of it left" is a file lock that every process of the server inherits,
so the kernel answers. Pids are never believed: they lie after a crash, in containers and for zombies.
"""

import fcntl
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loyalty.embedded.home import EmbeddedError, Home

START_SECONDS = 300  # the replay of a long write-ahead log after a crash belongs to the start
STOP_SECONDS = 60
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Server:
    name: str
    home: Home
    answers: Callable[[], bool]
    prepare: Callable[[], list[str]]  # makes its files and gives its command line; nothing of the server runs meanwhile
    ask_to_stop: Callable[[], None]  # only called when it has just answered

    @property
    def running(self) -> Path:
        return self.home.files / f"{self.name}.running"

    @property
    def log(self) -> Path:
        return self.home.files / f"{self.name}.log"


def bring_up(server: Server) -> None:
    deadline, launched = time.monotonic() + START_SECONDS, False
    while not server.answers():
        lock = _claim(server.running)
        if lock is not None:
            try:
                if launched:
                    raise EmbeddedError(
                        f"{server.name} ended at its start: {_complaint(server.log)} (see {server.log})."
                    )
                _launch(server, lock)
                launched = True
            finally:
                os.close(lock)
        elif time.monotonic() > deadline:
            raise EmbeddedError(f"{server.name} runs but does not answer: read {server.log}, then run `make stop`.")
        time.sleep(POLL_SECONDS)


def bring_down(server: Server) -> None:
    deadline, asked = time.monotonic() + STOP_SECONDS, False
    while (lock := _claim(server.running)) is None:
        if not asked and server.answers():
            server.ask_to_stop()
            asked = True
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"{server.name} did not stop within {STOP_SECONDS} s: read {server.log}, then try again."
            )
        time.sleep(POLL_SECONDS)
    os.close(lock)


def _claim(lock: Path) -> int | None:
    """A descriptor that holds the lock, or None while a process of the server is left, be it only on its way out."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _launch(server: Server, lock: int) -> None:
    command = server.prepare()
    if server.log.exists():
        server.log.replace(f"{server.log}.1")
    with os.fdopen(os.open(server.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        # Through a shell that ends at once: the server is nobody's child, so it outlives us and init takes its exit code.
        subprocess.run(  # noqa: S603 - the wheels' servers
            ["/bin/sh", "-c", '"$@" &', "sh", *command],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
            cwd=server.home.sockets,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            umask=0o077,
            **server.home.identity,
        )


def _complaint(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    grave = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "***"))]
    return (grave or lines or ["it wrote nothing"])[-1]
