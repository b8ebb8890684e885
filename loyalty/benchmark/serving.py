"""The web server under test: granian as `manage.py serve` starts it, on a free port, in the scratch database."""

import http.client
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO

from django.conf import settings

from .costs import tree_seconds
from .scratch import CannotMeasure

HOST = "127.0.0.1"
THREADS = 4
READY_SECONDS = 60
OURS, REFERENCE = "loyalty.wsgi:application", "loyalty.benchmark.wsgi:application"


@dataclass(frozen=True)
class Web:
    port: int
    pid: int
    wait: Callable[[], None]

    def cpu_seconds(self) -> float:
        """Of the server and its workers so far."""
        return tree_seconds(self.pid)


@contextmanager
def web(environment: dict[str, str], application: str, workers: int) -> Iterator[Web]:
    """Starts it; `wait` says when it answers."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws",
        "--workers", str(workers), "--blocking-threads", str(THREADS), "--log-level", "warning", application,
    ]  # fmt: skip
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log)  # noqa: S603  granian
        try:
            yield Web(port, process.pid, partial(_wait, port, process, log))
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: "subprocess.Popen[bytes]", log: IO[str]) -> None:
    if not _answers(port, process):
        log.seek(0)
        raise CannotMeasure(f"The web server does not answer: {log.read()[-2000:]}")


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=READY_SECONDS)
        try:
            connection.request("GET", "/events")
            connection.getresponse()
            return True
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    return False
