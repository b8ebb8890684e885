"""A program that comes to the address of a page gets JSON, and its key goes nowhere."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from loyalty.api.access.signing import ANTAVO
from loyalty.ui.mixins import StaffPage
from tests.api_keys import development_key

pytestmark = pytest.mark.django_db
NOT_FOUND = {"error": {"type": "NotFoundException", "code": 0, "message": "Not Found"}}
FILLED = {"customer_id": 1, "other_id": 1, "event_id": 1, "note_id": 1, "format": "json"}


def pages(patterns: Any = None, prefix: str = "/") -> list[str]:
    """The address of every page for staff, out of the URLconf."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            found += pages(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None)
            if isinstance(view, type) and issubclass(view, StaffPage):
                found.append(address)
    return found


def filled(address: str) -> str:
    for kind in ("int", "slug", "uuid", "path", "str"):
        for name, value in FILLED.items():
            address = address.replace(f"<{kind}:{name}>", str(value))
    return address


PAGES = [address for page in pages() if "<" not in (address := filled(page)) and "(" not in address]


@pytest.fixture(autouse=True)
def key() -> None:
    development_key("till-key", "Till")


def test_pages_are_found() -> None:
    assert {"/customers/", "/transactions/", "/imports/", "/customers/1/", "/customers/1/events/"} <= set(PAGES)


@pytest.mark.parametrize("address", [*PAGES, "/admin/", "/admin/staff/apikey/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_sends_a_key_gets_json_at_a_page(method: str, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    send = getattr(client, method)
    for headers, query in (
        ({"accept": "text/html"}, "?api_key=till-key"),
        ({"authorization": f"{ANTAVO.algorithm} Credential=till-key/20260101/eu/api/antavo_request"}, ""),
    ):
        answer = send(f"{address}{query}", headers=headers, content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
        assert answer.json() == NOT_FOUND


@pytest.mark.parametrize("address", PAGES)
def test_who_asks_for_json_gets_json_at_a_page(client: Client, address: str) -> None:
    answer = client.get(address, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("address", ["/transactions", "/imports", "/erasures", "/preferences", "/admin"])
def test_no_redirect_to_a_page_carries_a_key(client: Client, address: str) -> None:
    answer = client.get(f"{address}?api_key=till-key", headers={"accept": "text/html"})
    assert (answer.status_code, answer.get("Location")) == (404, None)
    assert answer.json() == NOT_FOUND


def test_people_are_sent_to_the_log_in_and_along_as_before(client: Client) -> None:
    for headers in ({}, {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}):
        assert client.get("/customers/", headers=headers)["Location"] == "/login/?next=/customers/"
        assert client.get("/transactions", headers=headers)["Location"] == "/transactions/"
