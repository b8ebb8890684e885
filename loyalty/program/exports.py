"""Lists of the configuration as files (django-import-export). What comes in is the program file, or that of products and stores."""

from functools import cache
from typing import Any

from django.db.models import AutoField, Model
from django.http import HttpRequest, HttpResponse
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON
from import_export.resources import ModelResource
from unfold.contrib.import_export.forms import SelectableFieldsExportForm

from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import configuration_rights
from loyalty.staff.sender import by_staff

from .operations import note_list_export


class ExportedList(ExportMixin):
    """The rows that the page shows, by whoever may configure them, with a row in the trail.

    `not_exported`: why there is no such file; empty where there is one.
    """

    not_exported = ""
    export_form_class = SelectableFieldsExportForm
    formats = (CSV, JSON)

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ModelResource]]:
        return list(self.resource_classes) or [resource_of(self.model)]

    def has_export_permission(self, request: HttpRequest) -> bool:
        right = configuration_rights().get(self.opts.label_lower)
        return not self.not_exported and right is not None and may(request.user, right)

    def _do_file_export(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> HttpResponse:
        note_list_export(model=self.opts.label_lower, rows=queryset.count(), by=by_staff(request)).result()
        return super()._do_file_export(file_format, request, queryset, **kwargs)


@cache
def resource_of(model: type[Model]) -> type[ModelResource]:
    """All columns of the rows; these and others are named by their IDs, not by their numbers."""
    columns = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    others = {one.name: Field(f"{one.name}__slug", one.name, readonly=True) for one in columns if one.is_relation}
    names = [one.name for one in columns]
    meta = type("Meta", (), {"model": model, "fields": names, "export_order": names})
    return type(f"{model.__name__}Resource", (ModelResource,), {**others, "Meta": meta})
