from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter

from .models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    """Written by operations, read here."""

    list_display = ("at", "staff", "operation", "customer_id", "subject", "ip_address")
    list_filter = (("operation", admin.AllValuesFieldListFilter), "staff", ("at", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("staff",)
    search_fields = ("=customer_id", "=subject")
    ordering: ClassVar = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
