"""Whose address a request comes from, where proxies stand in between."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def client_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: REMOTE_ADDR is the client's from here on, for networks of keys, for limits and for events alike."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(request.META, settings.LOYALTY_TRUSTED_PROXIES)
        return get_response(request)

    return middleware


def client_address(meta: Mapping[str, Any], proxies: int) -> str:
    """What the outermost of so many proxies saw. Each appends its peer to X-Forwarded-For, so all before those entries is
    the client's own invention; with no proxy, or fewer entries, the header counts for nothing."""
    peer = str(meta.get("REMOTE_ADDR") or "")
    named = str(meta.get("HTTP_X_FORWARDED_FOR") or "").split(",")
    if not 0 < proxies <= len(named):
        return peer
    found = _without_port(named[-proxies].strip())
    try:
        return str(ip_address(found))
    except ValueError:
        return peer


def _without_port(text: str) -> str:
    """`203.0.113.7:1234` and `[2001:db8::1]:1234`, as some proxies write them."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
