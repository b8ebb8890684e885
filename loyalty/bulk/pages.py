"""The Bulk Operation Request Queue: all requests, how far each is, and its errors."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.downloads import csv_file
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of

from .models import BulkRequest
from .operations import note_download
from .queries import errors_of, requests
from .rights import VIEW_BULK

TITLE = _("Bulk Operation Request Queue")


class BulkPage(StaffPage):
    """For whoever sees all records: a request may be about any."""

    right = VIEW_BULK

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may(request.user, VIEW_BULK):
            sight_of(request.user).require_all_records()
        return super().dispatch(request, *args, **kwargs)


class Requests(PartialMixin, BulkPage, PageMixin, TemplateView):
    template_name = "bulk/list.html"
    partial_template_name = "bulk/rows.html"
    title = TITLE
    crumbs = (Crumb(_("Data")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(
            requests().select_related("callback"), Order("id", descending=True), self.request.GET.get("page", "")
        )
        is_moving = any(one.is_open for one in page.rows)
        return super().get_context_data(page=page, is_moving=is_moving, **kwargs)


class Request(PartialMixin, BulkPage, PageMixin, TemplateView):
    """One request with its errors; to htmx, while it is at work, how far it is."""

    template_name = "bulk/request.html"
    partial_template_name = "bulk/result.html"

    def get_title(self) -> str:
        return self.shown.batch

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(TITLE, reverse("bulk:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.shown = get_object_or_404(requests().select_related("callback"), pk=self.kwargs["id"])
        page = page_of(errors_of(self.shown), Order("id"), self.request.GET.get("page", ""))
        return super().get_context_data(shown=self.shown, page=page, **kwargs)


class DownloadErrors(BulkPage):
    def get(self, request: HttpRequest, id: int) -> HttpResponseBase:
        found = get_object_or_404(BulkRequest, pk=id)
        note_download(request=found, by=by_staff(request)).result()
        rows = errors_of(found).order_by("id").values_list("name", "code", "message")
        return csv_file(
            f"bulk-errors-{id}", [gettext("Customer"), gettext("Code"), gettext("Message")], rows.iterator()
        )
