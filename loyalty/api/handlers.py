"""Errors outside of any view: pages for browsers, which ask for them by name; the envelope for everything else."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from loyalty.database.queue import is_locked

from .errors import ApiError, internal_error, json_response, sends_key, translate
from .problems import bad_request, not_found


def _answer(request: HttpRequest, page: Callable[[], HttpResponse], error: Callable[[], ApiError]) -> HttpResponse:
    for_people = "text/html" in request.META.get("HTTP_ACCEPT", "") and not sends_key(request)
    return page() if for_people else json_response(request, error())


def bad(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        lambda: defaults.bad_request(request, exception),
        lambda: bad_request("The request cannot be read"),
    )


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, lambda: defaults.page_not_found(request, exception), not_found)


def failed(request: HttpRequest) -> HttpResponse:
    """Of a database that is away for a moment it is said so: whoever asks again soon is answered."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        unavailable = translate(error)
        page = "503_locked.html" if is_locked(error) else "503.html"
        answer = _answer(request, lambda: defaults.server_error(request, template_name=page), lambda: unavailable)
        answer.status_code = unavailable.status
        for name, value in unavailable.headers.items():
            answer[name] = value
        return answer
    return _answer(request, lambda: defaults.server_error(request), internal_error)
