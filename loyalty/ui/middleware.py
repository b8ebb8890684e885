"""Middleware of pages: what is refused or waits is answered as a page, or in the place of one."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.deeds import NotDoneYet
from loyalty.staff.login.hashing import TooManyHashes

from .responses import done, is_partial, refused

WAITING = _("Not done yet: somebody else must approve it first.")
# Unfold's admin runs Alpine, which evaluates attributes, and writes style attributes.
ADMIN_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}


def admin_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Relax the content policy for the admin alone. Inside django-csp's middleware, which reads `_csp_replace`."""
    admin_root = reverse("admin:index")

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(admin_root):
            response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]  # how django-csp's decorators do it
        return response

    return middleware


def busy_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Whatever page asked for a password while too many were being checked: nothing was done, try again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooManyHashes):
            return None
        response = render(request, "busy.html", status=503)
        response["Retry-After"] = "1"
        return response

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return middleware


def refusals_in_place(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Whatever region asked for what its user may not do: the page stays, and says why."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, PermissionDenied) or not is_partial(request):
            return None
        return refused(str(exception) or _("Your role does not allow this."))

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return middleware


def waiting_operations(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Whatever page asked for an operation that waits for an approval: its dialog closes, and it is told so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotDoneYet):
            return None
        if is_partial(request):
            return done(WAITING)
        messages.info(request, WAITING)
        return HttpResponseRedirect(request.path)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return middleware
