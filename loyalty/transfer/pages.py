"""Imports: the list, the upload, the columns, the progress and the result."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import BaseForm, ChoiceField, Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from loyalty.forms.refusals import in_words
from loyalty.intake.rights import RUN_IMPORTS, VIEW_IMPORTS, may_import
from loyalty.staff.permissions import may
from loyalty.staff.sender import by_staff
from loyalty.staff.sight import sight_of
from loyalty.transfer.files.refused import RefusedFile
from loyalty.transfer.importing.running import MAX_LISTED
from loyalty.transfer.reading.reader import UnreadableFile
from loyalty.ui.downloads import csv_file
from loyalty.ui.mixins import DialogPage, PageMixin, PartialMixin, StaffPage
from loyalty.ui.navigation import Crumb
from loyalty.ui.paging import Order, page_of
from loyalty.ui.responses import Text

from .enums import Model, NoticeKind
from .forms import ImportForm, StartForm, kind_choices
from .kinds import kind_labels, right_for
from .models import ImportJob
from .operations import (
    NothingToCount,
    NotStartable,
    can_count_again,
    cancel_import,
    confirm_import,
    count_again,
    note_download,
    start_import,
)
from .queries import earlier_import, first_notices, imports, lacking_right, refused_rows, sources

REFUSED_PAGE = 50
SHOWN_NOTICES = 10


class ImportPage(StaffPage):
    right = VIEW_IMPORTS


class RunningPage(StaffPage):
    """For who sees every field: the file may hold each."""

    right = RUN_IMPORTS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may(request.user, RUN_IMPORTS):
            sight_of(request.user).require_all()
        return super().dispatch(request, *args, **kwargs)


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
        may_run = may_import(self.request.user)
        return super().get_context_data(page=page, may_run=may_run, **kwargs)


class NewImport(RunningPage, BelowImports, FormView[ImportForm]):
    template_name = "transfer/new.html"
    title = _("New import")
    form_class = ImportForm

    def get_initial(self) -> dict[str, Any]:
        """Who comes from the customers imports customers."""
        model = self.request.GET.get("model", "")
        return {"model": model if model in kind_labels() else Model.EVENTS.value, "decimal_mark": ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"sources": sources()} | kwargs))

    def get_form(self, form_class: type[ImportForm] | None = None) -> ImportForm:
        """With the kinds that the reader's role lets them import."""
        form, user = super().get_form(form_class), self.request.user
        choices = [
            (name, label) for name, label in kind_choices() if (right := right_for(name)) is None or may(user, right)
        ]
        cast(ChoiceField, form.fields["model"]).choices = choices
        return form

    def form_valid(self, form: ImportForm) -> HttpResponse:
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            job = start_import(
                model=form.cleaned_data["model"],
                name=file.name or "",
                content=file.chunks(),
                by=by_staff(self.request),
                options=form.options,
                ask=True,
            ).result()
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
    """The job, what is told of its rows once it has ended, and whether the same file was imported before."""
    lacking, sees_all = lacking_right(job, request.user), sight_of(request.user).is_everything
    may_run = may_import(request.user) and lacking is None
    earlier = earlier_import(job) if job.is_open else None
    found: dict[str, Any] = {
        "job": job,
        "earlier": earlier,
        "may_run": may_run,
        "sees_all": sees_all,
        "lacking": lacking,
    }
    if not sees_all or lacking:
        # What is told of rows names people by what the file calls them, or codes that are worth money.
        return found
    if not job.is_open:
        there = first_notices(job, NoticeKind.ALREADY_THERE, SHOWN_NOTICES) if job.already_there else []
        merged = first_notices(job, NoticeKind.MERGED, SHOWN_NOTICES)
        found |= {"there": there, "merged": merged, "can_count_again": may_run and bool(there) and can_count_again(job)}
    if job.refused and not job.is_running:
        page = page_of(refused_rows(job), Order("line"), request.GET.get("page", ""), REFUSED_PAGE)
        rows = [(row, in_words(row.refusal, row.column)) for row in page.rows]
        found |= {"page": page, "rows": rows, "most_listed": MAX_LISTED}
    return found


class Start(RunningPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: int) -> HttpResponse:
        get_object_or_404(ImportJob, pk=id)
        form = StartForm(request.POST)
        unknown = form.cleaned_data["unknown"] if form.is_valid() else ""
        try:
            confirm_import(job_id=id, by=by_staff(request), unknown=unknown).result()
        except NotStartable:
            messages.error(request, _("This import was started or discarded before."))
        except UnreadableFile as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("transfer:import", args=[id]))


class CountAgain(RunningPage, DialogPage):
    """Rows that were there already count once more: only after clear words."""

    form_class = Form
    template_name = "transfer/count_again.html"
    title = _("Count rows again")
    reloads = True

    def get_success_url(self) -> str:
        return reverse("transfer:import", args=[self.kwargs["id"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.job = get_object_or_404(imports(), pk=self.kwargs["id"])
        label = ngettext("Count %(count)s row again", "Count %(count)s rows again", self.job.already_there)
        shown = {"job": self.job, "submit_label": label % {"count": f"{self.job.already_there:,}"}}
        return super().get_context_data(**(shown | kwargs))

    def perform(self, form: BaseForm) -> Text:
        job = get_object_or_404(ImportJob, pk=self.kwargs["id"])
        try:
            again = count_again(job_id=job.pk, by=by_staff(self.request)).result()
        except NothingToCount:
            form.add_error(None, _("These rows were counted again before, or none was there already."))
        except UnreadableFile as error:
            form.add_error(None, str(error))
        else:
            return _("Counting again: see import %(number)s.") % {"number": again.pk}
        return ""


class Cancel(RunningPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, id: int) -> HttpResponse:
        get_object_or_404(ImportJob, pk=id)
        if cancel_import(job_id=id, by=by_staff(request)).result():
            messages.success(request, _("Cancelled. What was imported stays; import the file again for the rest."))
        else:
            messages.error(request, _("This import had ended before."))
        return HttpResponseRedirect(reverse("transfer:import", args=[id]))


class DownloadRefused(ImportPage):
    """The refused rows as a file: rows to be mended, or where and why, once the file is not kept any more."""

    def get(self, request: HttpRequest, id: int) -> HttpResponseBase:
        job = get_object_or_404(ImportJob, pk=id)
        name = f"refused-rows-{job.pk}"
        note_download(job=job, by=by_staff(request)).result()
        try:
            file = RefusedFile(job)
        except (FileNotFoundError, UnreadableFile):
            head = [gettext("Line"), gettext("Column"), gettext("Code"), gettext("Reason")]
            rows = refused_rows(job).order_by("line").iterator()
            return csv_file(name, head, ((row.line, row.column, row.code, row.reason) for row in rows))
        return csv_file(name, file.head, file.rows(), delimiter=file.delimiter)
