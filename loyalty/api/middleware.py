"""Pages and the API share addresses: `/customers` is an operation, `/customers/` a page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware

from loyalty.ui.mixins import StaffPage

from .errors import json_response, not_found, sends_key


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
