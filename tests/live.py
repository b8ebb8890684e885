"""The application as it is served: granian in a process of its own, on the database of the test."""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from loyalty.benchmark.costs import children
from loyalty.benchmark.serving import HOST, OURS, Web, web
from tests.transfer.processes import environment

PATIENCE = 20  # seconds, for a machine under load


class Answer(NamedTuple):
    """`status` 0: the server hung up without an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Live:
    web: Web

    @property
    def host(self) -> str:
        """What a client sends and signs as Host."""
        return f"{HOST}:{self.web.port}"

    def memory(self) -> int:
        """Bytes that the workers hold."""
        return sum(_resident(pid) for pid in children(self.web.pid))

    def send(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request, byte by byte as given; Content-Length is added where nothing says how the body ends."""
        framing = {} if {"Content-Length", "Transfer-Encoding"} & headers.keys() else {"Content-Length": str(len(body))}
        lines = {"Host": self.host, **headers, **framing, "Connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return self.raw(method.encode() + b" " + target + b" HTTP/1.1\r\n" + head.encode("latin-1") + b"\r\n" + body)

    def raw(self, request: bytes, patience: float = PATIENCE) -> Answer:
        started = time.monotonic()
        with socket.create_connection((HOST, self.web.port), timeout=patience) as sender:
            try:
                sender.sendall(request)
                received = b"".join(iter(lambda: sender.recv(65_536), b""))
            except ConnectionError:  # hung up in the midst of the body
                received = b""
        return _answer(received, time.monotonic() - started)


def _answer(received: bytes, seconds: float) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split(" ")[1]) if first else 0, headers, body, seconds)


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


@contextmanager
def live_server(application: str = OURS) -> Iterator[Live]:
    """One worker on the database of the test, which must be one to commit in."""
    with web(environment(), application, workers=1) as started:
        started.wait()
        yield Live(started)


def row_counts() -> dict[str, int]:
    """Of every table that the application's role reads, but those that count or keep requests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND relname !~ '^(django|api)_' AND has_table_privilege(oid, 'SELECT')"
        )
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))
        return dict(cursor.fetchall())
