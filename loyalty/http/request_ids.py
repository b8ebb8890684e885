"""Every request has an ID of ours: on its answer as `X-Request-Id`, and in the log where something failed."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str:
    """Of the request that is being answered; a new one outside of any. What a client calls its own plays no part."""
    found = _current.get()
    if found is None:
        _current.set(found := secrets.token_hex(8))
    return found


def request_ids(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The outermost middleware, so that what the others answer has one, too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        _current.set(None)
        own = request_id()
        response = get_response(request)
        response[HEADER] = own
        return response

    return middleware
