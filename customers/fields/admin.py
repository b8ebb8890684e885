from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.program.admin import ConfigurationAdmin

from .forms import FieldForm
from .models import Field


@admin.register(Field)
class FieldAdmin(ConfigurationAdmin):
    form = FieldForm
    list_display = ("slug", "name", "type", "searchable", "external_id", "read_only", "active")
    list_filter = ("type", "active", "external_id", "searchable")
    search_fields = ("slug", "name")
    fieldsets = (
        (None, {"fields": ("slug", "name", "labels", "description", "type", "active", "position")}),
        (_("What it takes"), {"fields": ("format", "options", "default")}),
        (_("What it is for"), {"fields": ("searchable", "external_id", "read_only", "personal")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Field | None = None) -> tuple[str, ...]:
        # Customers hold values of the type under the ID.
        return ("slug", "type") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Field | None = None) -> bool:
        return False
