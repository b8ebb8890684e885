"""Another system that gives codes, on this machine: a real server, which answers what a test says and keeps what it was sent."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from typing import Any


class CodeGiver:
    """Gives `codes` and then GIVEN-1, GIVEN-2 …, or answers what `answer` is: (status, body). `seconds`: how long it thinks."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.answer: tuple[int, bytes] | None = None
        self.seconds = 0.0
        # A byte each 0.1 seconds.
        self.drips = False
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.port = 0
        self._numbers, self._lock = count(1), Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/next"

    def reply(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        time.sleep(self.seconds)
        with self._lock:
            self.asked.append(json.loads(body))
            self.headers.append(headers)
            if self.answer is not None:
                return self.answer
            code = self.codes.pop(0) if self.codes else f"GIVEN-{next(self._numbers)}"
        return 200, json.dumps({"code": code}).encode()


@contextmanager
def serving() -> Iterator[CodeGiver]:
    giver = CodeGiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = giver.reply(body, dict(self.headers))
            self.send_response(status)
            self.send_header("Location", f"{giver.url}/elsewhere")
            self.end_headers()
            for start in range(len(answer)):
                if giver.drips:
                    time.sleep(0.1)
                    self.wfile.flush()
                self.wfile.write(answer[start : start + 1])

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who asks hangs up where it takes too long."""

    server = Server(("127.0.0.1", 0), Handler)
    giver.port = server.server_port
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield giver
    finally:
        server.shutdown()
        server.server_close()
