"""For developers: the description of the interface for machines, and the pages that show it. They name no data, and are for everybody."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from django.views.generic import TemplateView

from loyalty.api.refusals import published_codes
from loyalty.api.renderers import encode
from loyalty.ui.mixins import PageMixin
from loyalty.ui.navigation import Crumb, Tab
from loyalty.ui.responses import Text

from .guide import guide_of
from .openapi import document
from .reference import Page, actions, groups, pages
from .responses import MEANINGS


@lru_cache(maxsize=1)
def _encoded() -> tuple[bytes, str]:
    """The description and its ETag."""
    found = encode(document())
    return found, f'"{hashlib.sha256(found).hexdigest()[:16]}"'


def _etag(request: HttpRequest) -> str:
    return _encoded()[1]


@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_etag)
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_encoded()[0], content_type="application/json")


class DeveloperPage(PageMixin, TemplateView):
    """In the frame of the back office for staff, in one of its own for strangers."""

    http_method_names = ["get", "head", "options"]
    tab = "developers"
    crumbs: Sequence[Crumb] = [Crumb(_("Developers"), "/developers/")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = "base.html" if self.request.user.is_authenticated else "developers/public.html"
        names = [
            (_("Getting started"), "developers"),
            (_("Reference"), "developers-reference"),
            (_("Actions"), "developers-actions"),
        ]
        tabs = [Tab(label, reverse(name), is_current=name == self.tab) for label, name in names]
        return super().get_context_data(**{"frame": frame, "tabs": tabs} | kwargs)


class GettingStarted(DeveloperPage):
    template_name = "developers/start.html"
    title = _("Getting started")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(guide=guide_of("getting-started"), **kwargs)


class Reference(DeveloperPage):
    template_name = "developers/reference.html"
    title = _("Reference")
    tab = "developers-reference"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            groups=groups().items(), meanings=MEANINGS.items(), codes=published_codes().items(), **kwargs
        )


class Actions(DeveloperPage):
    template_name = "developers/actions.html"
    title = _("Actions")
    tab = "developers-actions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(actions=actions(), **kwargs)


class OperationPage(DeveloperPage):
    template_name = "developers/operation.html"
    tab = "developers-reference"

    @property
    def page(self) -> Page:
        found = pages().get(self.kwargs["operation"])
        if found is None:
            raise Http404
        return found

    def get_title(self) -> Text:
        return self.page.summary

    def get_crumbs(self) -> Sequence[Crumb]:
        return [*self.crumbs, Crumb(_("Reference"), reverse("developers-reference"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page=self.page, siblings=groups()[self.page.group], **kwargs)
