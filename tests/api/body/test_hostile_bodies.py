"""Hostile bodies, sent to the server itself on every route that writes: refused at once, in little memory, no trace."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.utils import timezone

from loyalty.api.access.signing import Signer, sign
from loyalty.api.body.bounds import MAX_BYTES
from loyalty.benchmark.serving import HOST, THREADS
from tests.api.body.hostile import HOSTILE_FORMS, HOSTILE_JSON
from tests.api_keys import development_key, give_secret
from tests.api_routes import VALUES, api_routes
from tests.factories import make_customer
from tests.live import Answer, Live, live_server, row_counts

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_SECONDS, MOST_MEMORY = 1.0, 50 * 1024 * 1024
SIGNER = Signer("TILL", "S3CRET", "eu")
# Those that take larger ones have a test of their own (`tests/lists/test_list_bulk.py`).
PATHS = sorted(
    {route.path(VALUES) for route in api_routes() if "post" in route.writes and route.view.most_bytes == MAX_BYTES}
)
EVENT = {"customer": "C-1", "action": "point_add", "data": {"points": 5}}
GOOD = json.dumps(EVENT | {"events": [EVENT], "target": "C-2"}).encode()
"""What every route takes."""

# An empty body is an empty object: several routes need none.
BODIES = [
    (name, kind, body, status)
    for kind, bodies in ((JSON, HOSTILE_JSON), (FORM, HOSTILE_FORMS))
    for name, (body, status, _) in bodies.items()
    if body
]

Send = Callable[..., Answer]


@pytest.fixture(scope="module")
def live(committed_module: None) -> Iterator[Live]:
    give_secret(development_key("TILL"), SIGNER.secret)
    make_customer("C-1", points=10)
    make_customer("C-2")
    with live_server() as started:
        yield started


def signed(live: Live, path: str, kind: str, body: bytes, **more: str) -> Answer:
    headers = sign(SIGNER, "POST", path, host=live.host, body=body, at=timezone.now())
    return live.send("POST", path.encode(), {**headers, "Content-Type": kind, **more}, body)


def plain(live: Live, path: str, kind: str, body: bytes, **more: str) -> Answer:
    return live.send("POST", f"{path}?api_key=TILL".encode(), {"Content-Type": kind, **more}, body)


def keyless(live: Live, path: str, kind: str, body: bytes, **more: str) -> Answer:
    """The key is looked for in the body, which is therefore read before anybody is known."""
    return live.send("POST", path.encode(), {"Content-Type": kind, **more}, body)


WAYS: list[Send] = [signed, plain, keyless]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("send", WAYS, ids=["signed", "plain", "without a key"])
def test_every_hostile_body_is_refused_at_once_without_a_trace(live: Live, path: str, send: Send) -> None:
    before = row_counts()
    for name, kind, body, status in BODIES:
        answer = send(live, path, kind, body)
        if answer.seconds > MOST_SECONDS or not answer.status:
            # The machine may have been busy with something else; or the answer got lost, since the server hung up before
            # the client had sent the whole body.
            answer = send(live, path, kind, body)
        expected = {status, 401} if send is keyless else {status}
        assert answer.status in expected, f"{name}: {answer.status} {answer.body!r}"
        assert answer.seconds <= MOST_SECONDS, f"{name}: {answer.seconds:.2f} s"
        assert set(json.loads(answer.body)["error"]) == {"type", "code", "message"}
    assert row_counts() == before


def test_hostile_bodies_leave_the_worker_as_large_as_it_was(live: Live) -> None:
    signed(live, "/events", JSON, b"{}")
    before = live.memory()
    for _ in range(3):
        for _, kind, body, _ in BODIES:
            signed(live, "/events", kind, body)
            signed(live, "/events/bulk", kind, body)
    assert live.memory() - before <= MOST_MEMORY


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("text/json", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/xml", 415),
        ("application/json, application/json", 415),
        ("application/vnd.api+json", 415),
        ("", 415),
        ("x" * 5000, 415),
    ],
)
def test_another_type_of_content_is_refused(live: Live, kind: str, status: int) -> None:
    before = row_counts()
    assert {path: signed(live, path, kind, GOOD).status for path in PATHS} == dict.fromkeys(PATHS, status)
    assert row_counts() == before


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-16", "utf-7", "idna", "''", "x" * 5000])
def test_the_body_and_the_query_are_utf_8_whatever_the_header_says(live: Live, charset: str) -> None:
    for kind, body in ((JSON, b'{"colour": "\xc3\xa9"}'), (FORM, b"colour=%C3%A9")):
        answer = plain(live, "/customers/C-1", f"{kind}; charset={charset}", body)
        assert answer.status == 200, answer
    asked = live.send(
        "GET", b"/customers?api_key=TILL&first_name=%C3%A9%2BAOk-", {"Content-Type": f"{JSON}; charset={charset}"}
    )
    assert (asked.status, json.loads(asked.body)["data"]) == (200, [])


def test_a_header_that_cannot_be_read_names_no_type(live: Live) -> None:
    assert plain(live, "/events", f"{JSON}; charset*=bogus'en'utf-8", GOOD).status == 415


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, gzip", "identity, gzip", "x"])
def test_a_packed_body_is_refused_unopened(live: Live, coding: str) -> None:
    before = row_counts()
    for path in PATHS:
        assert signed(live, path, JSON, GOOD, **{"Content-Encoding": coding}).status == 415
    assert row_counts() == before


def request(live: Live, target: str, lines: list[str], body: bytes = b"", method: str = "POST") -> bytes:
    head = [f"{method} {target} HTTP/1.1", f"Host: {live.host}", "Connection: close", *lines, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["Transfer-Encoding: chunked"], b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)),
        (["Transfer-Encoding: chunked"], b"FFFFFFFFFFFFFFFFF\r\n"),
        (["Transfer-Encoding: chunked"], b"zz\r\n" + GOOD),
        (["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
        (["Transfer-Encoding: chunked", f"Content-Length: {len(GOOD)}"], b"0\r\n\r\n"),
        ([f"Content-Length: {len(GOOD)}", "Content-Length: 5"], GOOD),
        (["Content-Length: -1"], GOOD),
        (["Content-Length: 1e3"], GOOD),
        (["Content-Length: 99999999999999999999999"], GOOD),
        (["Content-Length: 3000000"], GOOD),
        ([], b""),
        (["X-Many: x"] * 500, b""),
        ([f"X-Large: {'x' * 1_000_000}"], b""),
        (["Bad Header"], b""),
        (["Null: a\0b"], b""),
    ],
    ids=lambda value: (value[0] if value else "none")[:60] if isinstance(value, list) else "",
)
def test_a_body_framed_in_another_way_is_refused(live: Live, lines: list[str], body: bytes) -> None:
    before = row_counts()
    answer = live.raw(request(live, "/events?api_key=TILL", [f"Content-Type: {JSON}", *lines], body))
    assert 400 <= answer.status < 500 or answer.status == 0, answer
    assert answer.seconds <= MOST_SECONDS
    assert row_counts() == before
    assert signed(live, "/events", JSON, b"{}").status == 400  # it goes on answering


def test_senders_who_never_finish_their_headers_keep_nobody_waiting(live: Live) -> None:
    """More of them than the worker has threads. Unfinished bodies are for the proxy to buffer: each holds a thread."""
    head = request(live, "/events?api_key=TILL", [f"Content-Type: {JSON}", "Content-Length: 1000"])
    with ExitStack() as stack:
        for _ in range(4 * THREADS):
            sender = stack.enter_context(socket.create_connection((HOST, live.web.port)))
            sender.sendall(head[:40])
        time.sleep(0.2)
        answer = signed(live, "/events", JSON, b"{}")
        assert (answer.status, answer.seconds <= MOST_SECONDS) == (400, True)


def test_a_sender_who_hangs_up_in_the_midst_leaves_no_trace(live: Live) -> None:
    before = row_counts()
    for _ in range(4 * THREADS):
        with socket.create_connection((HOST, live.web.port)) as sender:
            lines = [f"Content-Type: {JSON}", f"Content-Length: {len(GOOD)}"]
            sender.sendall(request(live, "/events?api_key=TILL", lines, GOOD[:-1]))
    assert signed(live, "/events", JSON, b"{}").status == 400
    assert row_counts() == before
