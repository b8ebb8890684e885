"""Browsers that people have logged in from before: a signed cookie, which lets nobody in but has tries of its own."""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from .guesses import Count, account, address, browser, name_of

COOKIE, SALT = "known_browser", "loyalty.staff.login.known_browsers"
HALF_A_YEAR = 180 * 24 * 3600
# Of people who share a browser, the last so many.
MOST_PEOPLE = 8


def counts_of(request: HttpRequest | None, username: str) -> tuple[list[Count], bool]:
    """For whom a try of that name is counted, and whether it comes from a browser that the person is known by."""
    if request is None:
        return [account(username)], False
    device, people = _read(request)
    if _mark(username) in people:
        return [browser(device, username)], True
    return [account(username), address(request.META.get("REMOTE_ADDR", ""))], False


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """From now on the browser is one that the person is known by."""
    device, people = _read(request)
    mark = _mark(username)
    value = {"device": device, "people": [mark, *(one for one in people if one != mark)][:MOST_PEOPLE]}
    response.set_cookie(
        COOKIE,
        signing.dumps(value, salt=SALT),
        max_age=HALF_A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    """The browser's number, and marks of who has logged in from it; a new number for one that is not known."""
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=HALF_A_YEAR)
        return str(found["device"]), [str(mark) for mark in found["people"]]
    except signing.BadSignature:
        return secrets.token_hex(8), []


def _mark(username: str) -> str:
    """The cookie names nobody."""
    return signing.Signer(salt=SALT).signature(name_of(username))[:16]
