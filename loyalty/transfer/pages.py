from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from loyalty.staff.models import User
from loyalty.staff.permissions import Right
from loyalty.ui.downloads import csv_file
from loyalty.ui.mixins import PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of

from .forms import ImportForm
from .models import ImportJob
from .operations import MAX_LISTED, NotStartable, cancel_import, confirm_import, start_import
from .queries import earlier_import, imports, refused_rows
from .reader import UnreadableFile

REFUSED_PAGE = 50
# What a spreadsheet takes for a formula.


class ImportPage(StaffPage):
    right = Right.IMPORT_DATA


class BelowImports(PageMixin):
    def get_crumbs(self) -> Sequence[Crumb]:
        return [Crumb(_("Imports"), reverse("transfer:imports"))]


class Imports(PartialMixin, ImportPage, PageMixin, TemplateView):
    template_name = "transfer/imports.html"
    partial_template_name = "transfer/imports_rows.html"
    title = _("Imports")
    crumbs = (Crumb(_("Data")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = page_of(imports(), Order("id", descending=True), self.request.GET.get("page", ""))
        return super().get_context_data(page=page, **kwargs)


class NewImport(ImportPage, BelowImports, FormView[ImportForm]):
    template_name = "transfer/new.html"
    title = _("New import")
    form_class = ImportForm

    def form_valid(self, form: ImportForm) -> HttpResponse:
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            job = start_import(
                model=form.cleaned_data["model"],
                name=file.name or "",
                content=file.chunks(),
                by=cast(User, self.request.user),
                at=timezone.now(),
                ask_if_repeated=True,
            )
        except UnreadableFile as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        return redirect("transfer:import", job.pk)

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Import(PartialMixin, ImportPage, BelowImports, TemplateView):
    """One import; to htmx its refused rows."""

    template_name = "transfer/import.html"
    partial_template_name = "transfer/refused_rows.html"

    def get_title(self) -> str:
        return self.job.file_name

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.id: int = kwargs["id"]
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.job = get_object_or_404(imports(), pk=self.id)
        return super().get_context_data(**result(self.request, self.job), **kwargs)


class Progress(Import):
    """What the page of a running import replaces itself with, once a second."""

    partial_template_name = "transfer/result.html"


def result(request: HttpRequest, job: ImportJob) -> dict[str, Any]:
    """The job, its refused rows once it has ended, and whether the same file was imported before."""
    found: dict[str, Any] = {"job": job, "earlier": earlier_import(job) if job.is_open else None}
    if job.refused and not job.is_running:
        cursor = request.GET.get("page", "")
        found |= {"page": page_of(refused_rows(job), Order("line"), cursor, REFUSED_PAGE), "most_listed": MAX_LISTED}
    return found


class Start(ImportPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: int) -> HttpResponse:
        get_object_or_404(ImportJob, pk=id)
        try:
            confirm_import(job_id=id, by=cast(User, request.user), at=timezone.now())
        except NotStartable:
            messages.error(request, _("This import was started or discarded before."))
        return HttpResponseRedirect(reverse("transfer:import", args=[id]))


class Cancel(ImportPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: int) -> HttpResponse:
        get_object_or_404(ImportJob, pk=id)
        if cancel_import(job_id=id, by=cast(User, request.user), at=timezone.now()):
            messages.success(request, _("Cancelled. What was imported stays; import the file again for the rest."))
        else:
            messages.error(request, _("This import had ended before."))
        return HttpResponseRedirect(reverse("transfer:import", args=[id]))


class RefusedFile(ImportPage):
    """The refused rows as a file for a spreadsheet."""

    def get(self, request: HttpRequest, id: int) -> HttpResponseBase:
        job = get_object_or_404(ImportJob, pk=id)
        head = [gettext("Line"), gettext("Column"), gettext("Code"), gettext("Reason")]
        rows = refused_rows(job).order_by("line").iterator()
        cells = ((row.line, row.column, row.code, row.reason) for row in rows)
        return csv_file(f"refused-rows-{job.pk}", head, cells)
