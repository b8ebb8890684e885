"""Pages and the API share addresses: `/customers` is an operation, `/customers/` a page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from rest_framework.response import Response

from loyalty.ui.mixins import StaffPage

from .errors import json_response, not_found, sends_key
from .views import ApiView

# What there is to guard in an answer that holds nothing but data.
HEADERS = {"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def straight_to_the_api(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: an operation of the API needs no session, form, message or page, and so nothing of what follows here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        match = _operation(request)
        if match is None:
            return get_response(request)
        request.get_host()  # Raises DisallowedHost.
        request.resolver_match = match
        with translation.override(settings.LANGUAGE_CODE):
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            if isinstance(response, Response):
                response = response.render()
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware


def _operation(request: HttpRequest) -> ResolverMatch | None:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return None
    view = getattr(match.func, "cls", None)
    return match if isinstance(view, type) and issubclass(view, ApiView) else None


class ClientsAtPages(CommonMiddleware):
    """A program that comes to a page learns that there is no such operation: no log-in page in HTML, and no redirect,
    which would carry its key along."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return super().should_redirect_with_slash(request) and not sends_key(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        page = getattr(view, "view_class", None)
        is_page = isinstance(page, type) and issubclass(page, StaffPage)
        # The admin's own script asks it for JSON.
        is_admin = hasattr(view, "admin_site") or hasattr(view, "model_admin")
        if (is_page and _wants_json(request)) or ((is_page or is_admin) and sends_key(request)):
            return json_response(request, not_found())
        return None


def _wants_json(request: HttpRequest) -> bool:
    accepts = request.META.get("HTTP_ACCEPT", "")
    return "application/json" in accepts and "text/html" not in accepts
