"""A page of another site sends events from a real browser: its origin may, and reads the answer; another one may not."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from events.models import Event
from events.types.models import EventType
from tests.api_keys import client_side_key
from tests.factories import make_customer

pytestmark = pytest.mark.browser
SEND = """async (address) => {
    const event = {customer: "C-1", action: "content_consumption", data: {page: location.pathname}};
    const sent = {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(event)};
    try {
        const answer = await fetch(address, sent);
        return [answer.status, (await answer.json()).events.map((one) => one.points)];
    } catch (error) {
        return error.name;
    }
}"""


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title>")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[int]:
    """The port of a site of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_page_of_the_keys_origin_sends_events_and_another_one_does_not(page: Page, served: str, shop: int) -> None:
    EventType.objects.create(action="content_consumption", name="Content", behavioural=True, default_points=5)
    make_customer("C-1")
    client_side_key(origins=[f"http://localhost:{shop}"])
    address = f"{served}/events?api_key=page-key"

    page.goto(f"http://localhost:{shop}/")
    assert page.evaluate(SEND, address) == [200, [5]]
    page.goto(f"http://127.0.0.1:{shop}/")
    assert page.evaluate(SEND, address) == "TypeError"
    assert Event.objects.filter(action="content_consumption").count() == 1
