from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from .models import Verification


@admin.register(Verification)
class VerificationAdmin(ModelAdmin):
    """Written by the nightly task, read here."""

    not_exported = "results, which nobody configures"
    list_display = ("at", "ok", "found", "seconds")
    list_filter = ("ok",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Verification | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Verification | None = None) -> bool:
        return False
