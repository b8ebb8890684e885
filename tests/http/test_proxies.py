"""Whose address a request comes from: nothing that a client writes counts."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from loyalty.http.proxies import client_address, client_addresses

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "header", "found"),
    [
        (0, "203.0.113.7", PEER),
        (0, None, PEER),
        (1, None, PEER),
        (1, "", PEER),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1, 203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1,10.0.0.2,  203.0.113.7 ", "203.0.113.7"),
        (2, "10.0.0.1, 203.0.113.7, 198.51.100.2", "203.0.113.7"),
        (2, "203.0.113.7", PEER),
        (1, "2001:DB8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "203.0.113.7, unknown", PEER),
        (1, "203.0.113.7,", PEER),
        (1, "10.0.0.1\r\nX: y", PEER),
    ],
)
def test_what_the_outermost_of_our_proxies_saw(proxies: int, header: str | None, found: str) -> None:
    meta = {"REMOTE_ADDR": PEER, **({} if header is None else {"HTTP_X_FORWARDED_FOR": header})}

    assert client_address(meta, proxies) == found


@pytest.mark.parametrize(("proxies", "found"), [(0, PEER), (1, "203.0.113.7")])
def test_the_setting_says_how_many_there_are(settings: Any, proxies: int, found: str) -> None:
    settings.LOYALTY_TRUSTED_PROXIES = proxies
    seen: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    client_addresses(answer)(
        RequestFactory().get("/", REMOTE_ADDR=PEER, headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.7"})
    )

    assert seen == [found]
