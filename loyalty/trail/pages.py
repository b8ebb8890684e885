"""The audit trail: all of it, one row with what was before and after, and what was done to one customer."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from customers.profile.frame import ProfilePage
from customers.sight.queries import reached
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.rights import VIEW_AUDIT
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.ui.downloads import csv_file
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import page_of
from loyalty.ui.responses import Text, is_partial, look_at

from .export import HEAD, exported
from .filters import TrailFilter
from .operations import note_export
from .queries import NEWEST, Filters, Row, entries, rows_of


class Trail(PartialMixin, PageMixin, StaffPage, TemplateView):
    right = VIEW_AUDIT
    template_name = "audit/list.html"
    partial_template_name = "audit/rows.html"
    title = _("Audit trail")
    crumbs = (Crumb(_("Data")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sight = sight_of(self.request.user)
        form = TrailFilter(self.request.GET, sight)
        page = page_of(entries(form.filters), NEWEST, self.request.GET.get("page", ""))
        found = {"form": form, "page": page, "rows": rows_of(page.rows, sight), "of_one": False}
        return super().get_context_data(**(found | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        """What is typed names people, so it is sent this way; the address it leads to has their numbers."""
        form = TrailFilter(request.POST, sight_of(request.user))
        address = f"{request.path}?{form.query}" if form.query else request.path
        return look_at(address, "#results") if is_partial(request) else HttpResponseRedirect(address)


class Deed(PageMixin, StaffPage, TemplateView):
    """One row, whole."""

    right = VIEW_AUDIT
    template_name = "audit/detail.html"

    @cached_property
    def row(self) -> Row:
        sight = sight_of(self.request.user)
        entry = get_object_or_404(AuditEntry, reached(sight, "customer_id"), pk=self.kwargs["id"])
        return rows_of([entry], sight)[0]

    def get_title(self) -> Text:
        return self.row.what

    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Audit trail"), reverse("audit:list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"row": self.row, "entry": self.row.entry} | kwargs))


class Export(StaffPage):
    right = VIEW_AUDIT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        sight = sight_of(request.user)
        form = TrailFilter(request.GET, sight)
        note_export(filters=form.names, by=by_staff(request)).result()
        return csv_file("audit-trail", HEAD, exported(form.filters, sight))


class CustomerTrail(PartialMixin, ProfilePage, TemplateView):
    """What staff did to one customer, and to the profiles that were merged into it: a tab of the profile."""

    right = VIEW_AUDIT
    template_name = "audit/customer.html"
    partial_template_name = "audit/rows.html"
    tab = "audit:customer"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        whose = Filters(customers=self.family)
        page = page_of(entries(whose), NEWEST, self.request.GET.get("page", ""))
        found = {"page": page, "rows": rows_of(page.rows, self.sight), "of_one": True, "form": None}
        return super().get_context_data(**(found | kwargs))
