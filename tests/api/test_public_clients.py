"""Six clients that shops run today, made anew request by request: their headers, encodings, dates and bodies, byte by
byte at a live server. Each enrols a member, sells, accepts, takes back, reads, and lets the member go."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from tests.api_keys import development_key, give_secret
from tests.engine.world import configure
from tests.live import Live, live_server

KEY, SECRET, REGION = "SHOP_KEY", "S3CRET", "st2"
LINES = [
    {"product_id": "MUG-BLUE", "product_name": "Blue mug & saucer", "price": 12.5, "quantity": 2, "subtotal": 25},
    {"product_id": "JUG", "product_name": "Krug, groß", "price": 75, "quantity": 1, "subtotal": 75},
]
SALE = {"total": 100, "currency": "EUR", "discount": 0, "shipping": 4.9, "items": LINES}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True)
class Wire:
    """Sends as it is told. `host` is what a client of a public address names; no port."""

    live: Live
    customer: str
    host: str = "api.st2.example.com"

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        answer = self.live.send(method, target.encode(), {"Host": self.host, **headers}, body)
        assert answer.headers["content-type"].partition(";")[0] == "application/json"
        return Answer(answer.status, json.loads(answer.body))


def authorization(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, *, day: str, moment: str
) -> str:
    """The signature as clients compute it, independent of the verifier."""
    names = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name].strip()}" for name in sorted(headers)]
    canonical = "\n".join([method, path, query, *lines, "", names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{REGION}/api/antavo_request"
    text = f"ANTAVO-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"ANTAVO{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return f"ANTAVO-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}"


def php_query(value: Any, name: str = "") -> list[str]:
    """As `http_build_query` writes it: brackets escaped, blanks as plus, empty lists and nulls left out."""
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        return list(
            itertools.chain(*(php_query(inner, f"{name}[{key}]" if name else str(key)) for key, inner in pairs))
        )
    text = {None: None, True: "1", False: "0"}.get(value, value) if value is None or isinstance(value, bool) else value
    return [] if text is None else [f"{_plus(name)}={_plus(str(text))}"]


def _plus(text: str) -> str:
    return quote(text, safe="-_.").replace("%20", "+")


class MagentoPlugIn:
    """PHP, JSON with a quoted charset, the key in the body beside the signature, `[]` for no attributes, gaps in lists."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def event(self, action: str, data: Mapping[str, Any]) -> Answer:
        data = dict(data)
        if "items" in data:  # array_filter leaves the keys as they were
            data["items"] = {str(2 * place): line for place, line in enumerate(data["items"])}
        sent: dict[str, Any] = {"action": action, "customer": self.wire.customer, "data": data or [], "api_key": KEY}
        body = json.dumps(sent, separators=(",", ":")).replace("/", "\\/").encode()
        return self.wire.send("POST", "/events", self._signed("POST", "/events", "", body), body)

    def read(self) -> Answer:
        query = f"customer={quote(self.wire.customer, safe='')}&api_key={KEY}"
        answer = self.wire.send(
            "GET", f"/auth?{query}", self._signed("GET", "/auth", "&".join(sorted(query.split("&"))), b"")
        )
        return Answer(answer.status, answer.body[1]["data"])

    def _signed(self, method: str, path: str, query: str, body: bytes) -> dict[str, str]:
        now = timezone.now()
        headers = {"date": now.strftime("%Y%m%dT%H%M%SZ"), "host": self.wire.host}
        text = authorization(method, path, query, headers, body, day=f"{now:%Y%m%d}", moment=headers["date"])
        return {
            "Content-Type": 'application/json; charset="UTF-8"',
            "User-Agent": "Loyalty PHP SDK Client 2.0",
            "Accept": "*/*",
            "Date": headers["date"],
            "Authorization": text,
        }


class CommerceCartridge:
    """A JavaScript shop platform: forms, a charset in single quotes, and a date with an offset, as PHP's `c` writes it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def event(self, action: str, data: Mapping[str, Any]) -> Answer:
        form = "&".join(php_query({"customer": self.wire.customer, "action": action, "data": data})).encode()
        return self._send("POST", "/events", form)

    def read(self) -> Answer:
        return self._send("GET", f"/customers/{quote(self.wire.customer, safe=chr(39) + '!*()')}", b"")

    def _send(self, method: str, path: str, body: bytes) -> Answer:
        now = timezone.now()
        headers = {"date": now.strftime("%Y-%m-%dT%H:%M:%S+00:00"), "host": self.wire.host}
        text = authorization(method, path, "", headers, body, day=f"{now:%Y%m%d}", moment=f"{now:%Y%m%dT%H%M%S}Z")
        named = {
            "Content-Type": "application/x-www-form-urlencoded; charset='UTF-8'",
            "User-Agent": "SFCC Client 19.10.1",
            "Authorization": text,
            "Date": headers["date"],
        }
        return self.wire.send(method, path, named, body)


class FirstPhpSdk:
    """Forms without a signature to `/v1/events`, the key among the fields; attributes that are empty are not sent."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def event(self, action: str, data: Mapping[str, Any]) -> Answer:
        form = "&".join(
            php_query({"action": action, "customer": self.wire.customer, "data": data, "api_key": KEY})
        ).encode()
        return self.wire.send("POST", "/v1/events", self._headers(), form)

    def read(self) -> Answer:
        return self.wire.send("GET", f"/customers/{quote(self.wire.customer, safe='')}?api_key={KEY}", self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "*/*",
            "User-Agent": "PHP SDK API client v1.1.0",
            "Content-Type": "application/x-www-form-urlencoded",
        }


class PhoneApp:
    """Swift: forms whose brackets are escaped and whose blanks are %20, the key among the fields, reads by query."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def event(self, action: str, data: Mapping[str, Any]) -> Answer:
        sent = {"action": action, "api_key": KEY, "customer": self.wire.customer, "data": data}
        form = "&".join(sorted(php_query(sent))).replace("+", "%20").encode()
        named = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self.wire.send("POST", "/events", named, form)

    def read(self) -> Answer:
        return self.wire.send("GET", f"/customers/{self.wire.customer}?api_key={KEY}", self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "*/*",
            "Accept-Encoding": "gzip;q=1.0, compress;q=0.5",
            "Accept-Language": "hu-HU;q=1.0, en;q=0.9",
            "User-Agent": "Shop/1.0 (com.example.shop; build:7; iOS 17.0.0) Alamofire/4.9.1",
        }


class CommandLine:
    """Rust: JSON, the content type among the signed headers, which come in lower case; the order is asked for, too."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def event(self, action: str, data: Mapping[str, Any]) -> Answer:
        body = json.dumps(
            {"action": action, "customer": self.wire.customer, "data": data}, separators=(",", ":"), ensure_ascii=False
        )
        return self._send("POST", "/events", "", body.encode(), {"content-type": "application/json"})

    def read(self) -> Answer:
        path = f"/customers/{self.wire.customer}"
        orders = self._send("GET", f"{path}/transactions", "id=commandline%2F1", b"", {})
        assert [order["id"] for order in orders.body.get("data", [])] in ([], ["commandline/1"])
        return self._send("GET", path, "", b"", {})

    def _send(self, method: str, path: str, query: str, body: bytes, more: Mapping[str, str]) -> Answer:
        now = timezone.now()
        moment = now.strftime("%Y%m%dT%H%M%SZ")
        headers = {"date": moment, "host": self.wire.host, **more}
        text = authorization(method, path, query, headers, body, day=f"{now:%Y%m%d}", moment=moment)
        named = {"accept": "*/*", **more, "date": moment, "authorization": text}
        return self.wire.send(method, f"{path}?{query}" if query else path, named, body)


class Lambda:
    """JavaScript on a cloud function: JSON under a plain key in the query, attributes of the shop's own beside."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def event(self, action: str, data: Mapping[str, Any]) -> Answer:
        if action == "opt_in":
            data = {**data, "domain": "shop.example.com", "terms_and_conditions": "Yes", "shop_id": {"main": 7314}}
        body = json.dumps(
            {"customer": self.wire.customer, "action": action, "data": data}, separators=(",", ":"), ensure_ascii=False
        )
        return self.wire.send("POST", f"/events?api_key={KEY}", self._headers(), body.encode())

    def read(self) -> Answer:
        return self.wire.send(
            "GET", f"/customers/{quote(self.wire.customer, safe=chr(39) + '!*()')}?api_key={KEY}", self._headers()
        )

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate, br",
            "User-Agent": "node-fetch",
        }


CLIENTS: list[type[Any]] = [MagentoPlugIn, CommerceCartridge, FirstPhpSdk, PhoneApp, CommandLine, Lambda]


@pytest.fixture(scope="module")
def live(committed_module: None) -> Iterator[Live]:
    give_secret(development_key(KEY), SECRET)
    configure(checkout_accept=True, accept_after_days=None)
    with live_server() as started:
        yield started


def changes(answer: Answer) -> dict[str, int]:
    """What the events of the answer did to the points, by action."""
    assert answer.status == 200, answer
    return {event["action"]: event["points"] for event in answer.body["events"]}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_public_client_works_unchanged(live: Live, client: type[Any]) -> None:
    name = client.__name__.lower()
    customer, order = f"{name}@example.com", {"transaction_id": f"{name}/1"}
    shop = client(Wire(live, customer))

    joined = shop.event("opt_in", {"email": customer, "first_name": "Ann", "last_name": "Lee", "language": "en"})
    assert joined.status == 200, joined
    assert (joined.body["id"], joined.body["status"]) == (customer, "active")
    again = shop.event("opt_in", {"email": customer})
    assert (again.status, again.body["error"]["code"]) == (400, 112101)

    sold = shop.event("checkout", {**order, **SALE})
    assert (changes(sold), sold.body["pending"]) == ({}, 100)
    repeated = shop.event("checkout", {**order, **SALE})
    assert (repeated.status, repeated.body["error"]["code"]) == (400, 5003)

    assert changes(shop.event("checkout_accept", order)) == {"checkout_accept": 100}
    back = {**order, "product_id": "JUG", "quantity": 1, "subtotal": 75}
    assert changes(shop.event("refund_item", back)) == {"refund_item": -75}
    held = shop.read()
    assert held.status == 200
    assert (held.body["score"], held.body["spent"], held.body["reserved"]) == (25, 0, 0)
    assert changes(shop.event("refund", order)) == {"refund": -25}

    assert shop.event("opt_out", {}).status == 200
    gone = shop.event("point_add", {"points": 5})
    assert (gone.status, gone.body["error"]["code"]) == (404, 160212)
