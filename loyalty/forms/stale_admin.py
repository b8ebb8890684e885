"""Configuration pages whose rows several people change: see `stale.py`."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from .stale import StaleSafeForm, StaleSafeFormSet


class StaleSafeAdmin(ModelAdmin):
    """Its row is locked from the reading of it to the saving, and its form tells what changed before that."""

    form: type[Any] = StaleSafeForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != "seen"]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("change") and self.has_change_permission(request, kwargs.get("obj")):
            page = context["adminform"]
            page.fieldsets = with_seen(page.fieldsets)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and connection.in_atomic_block:
            list(self.rows_to_lock(found).order_by("pk").select_for_update(no_key=True))
            found = super().get_object(request, object_id, from_field)
        return found

    def rows_to_lock(self, row: Any) -> QuerySet[Any]:
        """The row, and with it what must not change between a check of the form and the saving."""
        return type(row)._default_manager.filter(pk=row.pk)


class StaleSafeInline(TabularInline):
    form: type[Any] = StaleSafeForm
    formset: type[Any] = StaleSafeFormSet

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        found = [name for name in super().get_fields(request, obj) if name != "seen"]
        return [*found, "seen"] if self.has_change_permission(request, obj) else found


def with_seen(fieldsets: Any) -> Any:
    """With the hidden field among those of the first part, which is always shown."""
    (name, options), *rest = fieldsets
    fields = [field for field in options["fields"] if field != "seen"]
    return [(name, {**options, "fields": [*fields, "seen"]}), *rest]
