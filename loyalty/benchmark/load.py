"""The load generator: a process of its own, one thread, connections kept alive, requests signed before the clock starts.

Reads a specification as JSON from standard input and prints what it saw as JSON.
"""

import datetime as dt
import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from loyalty.api.access.signing import Signer, sign

USER_AGENT = "loyalty-benchmark"
# What one checkout holds. The floor writes the very same.
ITEMS = (
    {"product_id": "P-1001", "product_name": "Running shoes", "sku": "RS-42", "product_category": "Shoes",
     "price": 39.9, "quantity": 1, "subtotal": 39.9},
    {"product_id": "P-2002", "product_name": "Sports socks", "sku": "SS-02", "product_category": "Clothing",
     "price": 9.9, "quantity": 2, "subtotal": 19.8},
)  # fmt: skip
ORDER = {"total": 59.7, "currency": "EUR", "channel": "web", "total_quantity": 3}
# Of a gift card, in one redemption.
REDEEMED = 0.01
# Rewards a page: as many as the API tells at once.
PAGE = 100


@dataclass
class Specification:
    host: str
    port: int
    key: str
    secret: str
    # Names the run: transaction IDs begin with it, so that no two runs share any.
    run: str
    clients: int
    customers: int
    requests: int
    # The number of the first customer.
    first: int = 0
    # Nothing is sent after so many seconds; 0 sends all requests.
    seconds: float = 0
    # What each request asks for: one of `KINDS`.
    kind: str = "checkout"
    # Events a request: one to /events, several to /events/bulk.
    batch: int = 1
    # Rewards that can be claimed, of which each request claims the next one.
    rewards: int = 1
    # Further keys and their secrets, which take turns: each key has its limit.
    others: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Client:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def customer(number: int) -> str:
    return f"bench-{number}"


def event(customer_id: str, transaction_id: str) -> dict[str, object]:
    data = {"transaction_id": transaction_id, **ORDER, "items": ITEMS}
    return {"customer": customer_id, "action": "checkout", "data": data}


def body(run: str, number: int, customers: int, *, first: int = 0, batch: int = 1) -> bytes:
    """Of the request of that number: checkouts that no other request of the run has."""
    events = [
        event(customer((first + one * 7919) % customers), f"{run}-{one}")
        for one in range(number * batch, (number + 1) * batch)
    ]
    return json.dumps({"events": events} if batch > 1 else events[0], separators=(",", ":")).encode()


# The method, the path with its query, and the body.
Content = tuple[str, str, bytes]


def _checkout(spec: Specification, number: int) -> Content:
    content = body(spec.run, number, spec.customers, first=spec.first, batch=spec.batch)
    return "POST", "/events/bulk" if spec.batch > 1 else "/events", content


def _redemption(spec: Specification, number: int) -> Content:
    who = (spec.first + number * 7919) % spec.customers
    data = {"code": f"ours-{who}", "amount": REDEEMED, "transaction_id": f"{spec.run}-{number}"}
    content = {"customer": customer(who), "action": "coupon_redeem", "data": data}
    return "POST", "/events", json.dumps(content, separators=(",", ":")).encode()


def _claim(spec: Specification, number: int) -> Content:
    who = customer((spec.first + number * 7919) % spec.customers)
    return "POST", f"/customers/{who}/activities/rewards/open-{number % spec.rewards}/claim", b"{}"


def _listing(spec: Specification, number: int) -> Content:
    """Page by page."""
    pages = -(-spec.rewards // PAGE)
    who = customer((spec.first + number // pages * 7919) % spec.customers)
    return "GET", f"/customers/{who}/activities/rewards?limit={PAGE}&offset={number % pages * PAGE}", b""


KINDS: dict[str, Callable[[Specification, int], Content]] = {
    "checkout": _checkout, "redemption": _redemption, "claim": _claim, "listing": _listing,
}  # fmt: skip


def requests(spec: Specification) -> list[bytes]:
    """Whole HTTP requests, ready to send; evenly over the customers, in an order that spreads neighbours."""
    signers = [Signer(key, secret, "eu") for key, secret in ((spec.key, spec.secret), *spec.others)]
    return [_signed(spec, number, signers[number % len(signers)]) for number in range(spec.requests)]


def _signed(spec: Specification, number: int, signer: Signer) -> bytes:
    method, path, content = KINDS[spec.kind](spec, number)
    # A read has no effect that a key would keep from coming twice.
    key = f"{spec.run}-{number}" if method == "POST" else None
    host, at = f"{spec.host}:{spec.port}", dt.datetime.now(dt.UTC)
    headers = {
        **sign(signer, method, path, host=host, body=content, at=at, key=key),
        "User-Agent": USER_AGENT,
        **({"Content-Type": "application/json", "Content-Length": str(len(content))} if content else {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


class Run:
    def __init__(self, spec: Specification) -> None:
        self.spec = spec
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.problem = ""
        self.selector = selectors.DefaultSelector()

    def run(self) -> dict[str, object]:
        waiting = iter(requests(self.spec))
        clients = [self._connect() for _ in range(self.spec.clients)]
        started = time.perf_counter()
        deadline = started + self.spec.seconds if self.spec.seconds else float("inf")
        for client in clients:
            self._send(client, waiting, deadline)
        while self.selector.get_map():
            ready = self.selector.select(timeout=60)
            if not ready:
                raise SystemExit("The server has not answered for 60 seconds")
            for key, _ in ready:
                if self._receive(key.data):
                    self._send(key.data, waiting, deadline)
        return self._summary(time.perf_counter() - started)

    def _connect(self) -> Client:
        connected = socket.create_connection((self.spec.host, self.spec.port), timeout=60)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(connected)
        self.selector.register(connected, selectors.EVENT_READ, client)
        return client

    def _send(self, client: Client, waiting: Iterator[bytes], deadline: float) -> None:
        client.sent_at = time.perf_counter()
        request = next(waiting, None) if client.sent_at < deadline else None
        if request is None:
            self.selector.unregister(client.socket)
            client.socket.close()
            return
        client.socket.sendall(request)

    def _receive(self, client: Client) -> bool:
        """Whether the answer is complete."""
        received = client.socket.recv(65_536)
        if not received:
            raise SystemExit("The server closed a connection")
        client.received += received
        end = client.received.find(b"\r\n\r\n")
        if end < 0 or len(client.received) < end + 4 + _length(client.received[:end]):
            return False
        self.latencies.append(time.perf_counter() - client.sent_at)
        status = int(client.received[9:12])
        self.statuses[status] += 1
        # In bulk, each event has its own answer.
        is_good = status == 200 and (self.spec.batch == 1 or b'"errors":0' in client.received[-40:])
        if not is_good and not self.problem:
            self.problem = client.received[end + 4 :].decode(errors="replace")[:500]
        client.received.clear()
        return True

    def _summary(self, elapsed: float) -> dict[str, object]:
        latencies = sorted(self.latencies)
        done = len(latencies) * self.spec.batch
        return {
            "done": done,
            "per_second": done / elapsed,
            "p50_ms": latencies[len(latencies) // 2] * 1000,
            "p95_ms": latencies[len(latencies) * 95 // 100] * 1000,
            "statuses": self.statuses,
            "problem": self.problem,
        }


def _length(head: bytearray) -> int:
    for line in bytes(head).lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise SystemExit("The server answered without a Content-Length")


if __name__ == "__main__":
    print(json.dumps(Run(Specification(**json.load(sys.stdin))).run()))
