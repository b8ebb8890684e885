"""The site of the configuration pages."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.sites import UnfoldAdminSite


class ConfigurationSite(UnfoldAdminSite):
    """Open to who may configure anything; each page asks for its own right (`login/backend.py`).

    Refuses who is logged in and may not configure. Django's own sends them to the log-in page, which sends them back.
    """

    def has_permission(self, request: HttpRequest) -> bool:
        # Imported here: Django makes the site before it knows any model.
        from .permissions import may_configure

        return may_configure(request.user)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:  # noqa: FBT001, FBT002  Django's
        inner = super().admin_view(view, cacheable)

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return update_wrapper(checked, inner)
