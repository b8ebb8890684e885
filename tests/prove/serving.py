"""`manage.py serve` in a folder of its own, its processes, and tills that send to it whatever happens."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from redis import Redis

from loyalty import embedded

ROOT = Path(__file__).resolve().parents[2]
KEY = "till-key"
MAKE_KEY = "from tests.api_keys import development_key; development_key(requests_per_minute=None, name='Till')"


def environment(data: Path, **more: str) -> dict[str, str]:
    dropped = ("DATABASE_", "LOYALTY_", "REDIS_", "SECRET_", "DJANGO_SETTINGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "LOYALTY_DATA_DIR": str(data), "PYTHONPATH": str(ROOT), **more}


def manage(data: Path, *arguments: str, check: bool = True, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(data, **more), check=check, capture_output=True, text=True)


@contextmanager
def folder() -> Iterator[Path]:
    """For the data of one program; root's servers can get there."""
    parent = Path(tempfile.mkdtemp(prefix="serving-", dir="/tmp"))
    parent.chmod(0o711)
    try:
        yield parent / "data"
    finally:
        embedded.delete(parent / "data")
        shutil.rmtree(parent)


def furnished(data: Path) -> None:
    """A migrated database with a customer, so that no demo is made, and a key for the tills."""
    manage(data, "migrate", "--verbosity", "0")
    manage(data, "seed_demo", "--customers", "1", "--months", "1")
    manage(data, "shell", "-v", "0", "-c", MAKE_KEY)


def free_port() -> int:
    """None of those that clients are given: while nobody listens there, one of them could take it for itself."""
    for port in random.sample(range(15_000, 30_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


@dataclass
class Serving:
    data: Path
    port: int
    process: "subprocess.Popen[bytes]"
    output: Path

    def children(self, pid: int | None = None) -> dict[int, str]:
        """Names by pid."""
        parent = pid or self.process.pid
        found = dict[int, str]()
        with suppress(OSError):
            for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
                with suppress(OSError):
                    found[int(child)] = Path(f"/proc/{child}/comm").read_text().strip()
        return found

    def program(self, name: str) -> list[int]:
        return [pid for pid, found in self.children().items() if found == f"loyalty {name}"]

    def pids(self, name: str) -> list[int]:
        """Of what is killed: a web worker, a worker's parent, the clock, PostgreSQL, Valkey, or the web's parent."""
        match name:
            case "web worker":
                [parent] = self.program("web") or [0]
                return list(self.children(parent)) if parent else []
            case "PostgreSQL":
                with suppress(OSError, IndexError, embedded.EmbeddedError):
                    if not embedded.status(self.data).database:
                        return []
                    return [int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])]
                return []
            case "Valkey":
                with suppress(Exception):
                    connection = Redis.from_url(embedded.addresses(self.data).redis_url, socket_timeout=2)
                    return [int(connection.info("server")["process_id"])]
                return []
        names = {"Celery worker": "worker", "long worker": "long", "clock": "clock", "web parent": "web"}
        return self.program(names[name])

    def told(self) -> str:
        """What it said of those that ended."""
        lines = self.output.read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if "loyalty.serve" in line or "| [" in line or "in use" in line)

    def lines(self, text: str) -> int:
        return self.output.read_text(errors="replace").count(text)


@contextmanager
def serve(data: Path, **more: str) -> Iterator[Serving]:
    port, output = free_port(), data.parent / "serve.log"
    command = [sys.executable, "manage.py", "serve"]
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(data, PORT=str(port), **more), stdout=log, stderr=subprocess.STDOUT
        )
    serving = Serving(data, port, process, output)
    try:
        wait_for(lambda: b"Open http" in output.read_bytes() or process.poll() is not None, 240)
        assert process.poll() is None, output.read_text()
        yield serving
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)


def wait_for(condition: Callable[[], object], seconds: float = 90) -> float:
    """How long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.05)
    return time.monotonic() - began


@dataclass
class Tills:
    """Writers that send each receipt until it is acknowledged, and one who looks at a page."""

    port: int
    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def sending(self, number: int) -> Iterator[None]:
        threads = [threading.Thread(target=self._send, args=(till,)) for till in range(number)]
        threads.append(threading.Thread(target=self._look))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.ending.set()
            for thread in threads:
                thread.join()

    def _send(self, till: int) -> None:
        count, answered = 0, time.monotonic()
        while not self.ending.is_set():
            receipt = f"{till}-{count}"
            data = {"transaction_id": receipt, "total": "10"}
            body = {"customer": f"customer-{count % 50}", "action": "checkout", "data": data}
            status, answer = self._ask("/events?api_key=" + KEY, json.dumps(body).encode())
            self.statuses[f"write {status}"] += 1
            # 5003: recorded before the answer was lost.
            if status == "200" or '"code":5003' in answer:
                now = time.monotonic()
                self.outages.append((now - answered, now))
                self.acknowledged.append(receipt)
                count, answered = count + 1, now
            else:
                time.sleep(0.05)

    def _look(self) -> None:
        while not self.ending.is_set():
            status, _ = self._ask("/login/", None)
            self.statuses[f"page {status}"] += 1
            time.sleep(0.1)

    def _ask(self, target: str, body: bytes | None) -> tuple[str, str]:
        accept = "text/html" if body is None else "application/json"
        headers = {"Content-Type": "application/json", "Accept": accept}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{target}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return str(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return str(error.code), error.read().decode(errors="replace").replace(" ", "")
        except OSError as error:
            reason = getattr(error, "reason", error)
            return type(reason).__name__, ""
        except Exception as error:  # half an answer
            return type(error).__name__, ""


def recorded(data: Path) -> Counter[str]:
    with psycopg.connect(embedded.addresses(data).owner_url) as raw:
        rows = raw.execute("SELECT transaction_id FROM events_event WHERE action = 'checkout'").fetchall()
    return Counter(transaction_id for (transaction_id,) in rows)
