"""The programme in the configuration: its settings, its file, its versions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.db.models import DecimalField, IntegerField, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.forms.numbers import NumberField, WholeNumberField
from loyalty.forms.stale_admin import StaleSafeAdmin
from loyalty.staff.models import User
from loyalty.staff.sender import by_staff

from .document import SCHEMA_FILE, differences, schema_of, written
from .enums import Origin
from .exports import ExportedList
from .forms import GeneralSettingsForm, ProgramApplyForm, ProgramFileForm
from .models import GeneralSettings, ProgramRecord
from .operations import Outdated, apply_program, compare_program, export_program, program_change
from .queries import record_before, sections
from .section import Document, Invalid


@contextmanager
def _kept(request: HttpRequest) -> Iterator[None]:
    if request.method != "POST":
        yield
        return
    assert isinstance(request.user, User)
    with program_change(by=request.user, at=timezone.now(), origin=Origin.ADMIN):
        yield


def _without(fieldsets: Any, names: frozenset[Any]) -> list[Any]:
    kept = [
        (title, {**options, "fields": [one for one in options["fields"] if one not in names]})
        for title, options in fieldsets
    ]
    return [(title, options) for title, options in kept if options["fields"]]


class ConfigurationAdmin(ExportedList, StaleSafeAdmin):
    """Of what the engine is configured by: what these pages change is a version of the programme, with who did it."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Numbers are read as on all other pages: the browser's own input drops what it cannot read."""
        if not db_field.choices and isinstance(db_field, IntegerField | DecimalField):
            field = WholeNumberField if isinstance(db_field, IntegerField) else NumberField
            kwargs |= {"form_class": field, "widget": UnfoldAdminTextInputWidget(attrs=field.widget.attrs)}
            return db_field.formfield(**kwargs)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of what is not there yet, what cannot be entered says nothing: the database may be what makes it up."""
        found = super().get_fieldsets(request, obj)
        return found if obj else _without(found, frozenset(self.get_readonly_fields(request)))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with _kept(request):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _kept(request):
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _kept(request):
            return super().delete_view(request, *args, **kwargs)


@admin.register(GeneralSettings)
class GeneralSettingsAdmin(ConfigurationAdmin):
    not_exported = "one row, which the program file holds"
    form = GeneralSettingsForm
    fields = (
        "brand_name",
        "currency",
        "auto_subscribe",
        "modules",
        "accept_after_days",
        "earn_in_unknown_currencies",
        "unique_emails",
        "show_inactive",
        "import_file_days",
        "import_record_days",
        "refused_names",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: GeneralSettings | None = None) -> bool:
        return False


@admin.register(ProgramRecord)
class ProgramRecordAdmin(ModelAdmin):
    """The versions of the programme, and its file: export, compare, apply."""

    not_exported = "each version is exported as a program file"
    list_display = ("version", "recorded_at", "origin", "staff")
    list_filter = ("origin",)
    list_select_related = ("staff",)
    fields = ("version", "recorded_at", "origin", "staff", "changes")
    readonly_fields = ("changes",)
    actions_list = ("export", "schema", "apply")
    actions_detail = ("export_version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProgramRecord]:
        return super().get_queryset(request).defer("document", "facts")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ProgramRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ProgramRecord | None = None) -> bool:
        return False

    @admin.display(description=_("changes"))
    def changes(self, record: ProgramRecord) -> str:
        before = record_before(record.version)
        changes = differences(before.document, record.document, sections()) if before else []
        return render_to_string("staff/program_changes.html", {"changes": changes, "is_first": before is None})

    @action(description=_("Export"), url_path="export", permissions=["view"], icon="download")
    def export(self, request: HttpRequest) -> HttpResponse:
        return _download("program.json", export_program())

    @action(description=_("Export this version"), url_path="export-version", permissions=["view"], icon="download")
    def export_version(self, request: HttpRequest, object_id: int) -> HttpResponse:
        record = ProgramRecord.objects.get(version=object_id)
        return _download(f"program-{record.version}.json", written(record.document, sections()))

    @action(description=_("JSON Schema"), url_path="schema", permissions=["view"], icon="schema")
    def schema(self, request: HttpRequest) -> HttpResponse:
        return _download(SCHEMA_FILE, json.dumps(schema_of(sections()), indent=2), "application/schema+json")

    @action(description=_("Apply a file"), url_path="apply", permissions=["view"], icon="upload")
    def apply(self, request: HttpRequest) -> HttpResponse:
        """The file is chosen, then what it changes is shown, then it is applied if nothing has changed meanwhile."""
        form = _form(request)
        if not form.is_valid():
            return self._apply_page(request, form=form if isinstance(form, ProgramFileForm) else ProgramFileForm())
        try:
            given = form.document()
            if isinstance(form, ProgramApplyForm):
                return self._applied(request, given, form.cleaned_data["base"])
            return self._comparison(request, given)
        except Invalid as error:
            return self._apply_page(request, form=ProgramFileForm(), problems=error.problems)

    def _applied(self, request: HttpRequest, given: Document, base: int) -> HttpResponse:
        try:
            done = apply_program(given, by=by_staff(request), origin=Origin.FILE, base=base).result()
        except Outdated:
            messages.warning(request, _("The programme has changed meanwhile: look at the difference again."))
            return self._comparison(request, given)
        messages.success(request, _("Applied: the programme is version %(version)s now.") % {"version": done.version})
        return _to_list()

    def _comparison(self, request: HttpRequest, given: Document) -> HttpResponse:
        found = compare_program(given)
        if not found.changes:
            messages.info(request, _("The file changes nothing."))
        confirm = ProgramApplyForm(initial={"text": json.dumps(given), "base": found.version})
        return self._apply_page(request, form=ProgramFileForm(), found=found, confirm=confirm)

    def _apply_page(self, request: HttpRequest, **found: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Apply a program file"),
            "problems": [],
            "found": None,
            **found,
        }
        return TemplateResponse(request, "staff/program_apply.html", context)


def _form(request: HttpRequest) -> ProgramFileForm | ProgramApplyForm:
    if request.method != "POST":
        return ProgramFileForm()
    return ProgramApplyForm(request.POST) if "base" in request.POST else ProgramFileForm(request.POST, request.FILES)


def _to_list() -> HttpResponseRedirect:
    return redirect("admin:staff_programrecord_changelist")


def _download(name: str, text: str, kind: str = "application/json") -> HttpResponse:
    return HttpResponse(
        text,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
