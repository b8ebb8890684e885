"""The site of the configuration pages: who may open them, and that what is changed on them is in the audit trail."""

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from .audit.kinds import subject_of
from .audit.watching import hear_of, watched
from .sender import by_staff

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class OneTrail:
    """A page whose changes the site writes into the audit trail: Django's own log gets nothing, the history is there."""

    model: type[Model]

    def log_addition(self, *args: Any) -> None:
        """Nothing: the trail has it."""

    def log_change(self, *args: Any) -> None:
        """Nothing: the trail has it."""

    def log_deletions(self, *args: Any) -> None:
        """Nothing: the trail has it."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        kind, _, key = subject_of(get_object_or_404(self.model, pk=object_id)).partition(":")
        return HttpResponseRedirect(f"{reverse('audit:list')}?{urlencode({'kind': kind, 'key': f'#{key}'})}")


class ConfigurationSite(UnfoldAdminSite):
    """Open to who may configure anything; each page asks for its own right (`login/backend.py`).

    Refuses who is logged in and may not configure. Django's own sends them to the log-in page, which sends them back.
    """

    def has_permission(self, request: HttpRequest) -> bool:
        # Imported here: Django makes the site before it knows any model.
        from .permissions import may_configure

        return may_configure(request.user)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Whatever the page is, there is one trail."""
        page = admin_class or ModelAdmin
        if not issubclass(page, OneTrail):
            page = type(page.__name__, (OneTrail, page), {"__module__": page.__module__, "__doc__": page.__doc__})
        super().register(model_or_iterable, page, **options)
        for model in model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]:
            hear_of(model, page)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:  # noqa: FBT001, FBT002  Django's
        inner = super().admin_view(view, cacheable)

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if request.method in READING or not request.user.is_authenticated:
                return inner(request, *args, **kwargs)
            with transaction.atomic(), watched(lambda: by_staff(request)):
                return inner(request, *args, **kwargs)

        return update_wrapper(checked, inner)
