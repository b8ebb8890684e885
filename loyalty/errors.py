"""Errors outside of any view: pages for browsers, which ask for them by name; the envelope for everything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from loyalty.api.errors import ApiError, envelope, internal_error
from loyalty.api.problems import bad_request, not_found
from loyalty.api.renderers import encode


def _json(request: HttpRequest, error: ApiError) -> HttpResponse:
    # The Read API's addresses are among the versioned ones.
    starts = {"/v1/customers": "read", "/v1/": "versioned", "/v2/": "versioned"}
    generation = next((found for start, found in starts.items() if request.path.startswith(start)), "legacy")
    return HttpResponse(encode(envelope(error, generation)), status=error.status, content_type="application/json")


def _answer(request: HttpRequest, page: Callable[[], HttpResponse], error: Callable[[], ApiError]) -> HttpResponse:
    return page() if "text/html" in request.META.get("HTTP_ACCEPT", "") else _json(request, error())


def bad(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        lambda: defaults.bad_request(request, exception),
        lambda: bad_request("The request cannot be read"),
    )


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, lambda: defaults.page_not_found(request, exception), not_found)


def failed(request: HttpRequest) -> HttpResponse:
    return _answer(request, lambda: defaults.server_error(request), internal_error)
