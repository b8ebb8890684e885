from django.contrib import admin
from django.http import HttpRequest

from loyalty.staff.admin import ConfigurationAdmin

from .enums import EARNING_BY_TYPE
from .models import EventType


@admin.register(EventType)
class EventTypeAdmin(ConfigurationAdmin):
    list_display = ("action", "name", "default_points", "one_time", "exposed", "factory")
    list_filter = ("factory", "one_time")
    search_fields = ("^action", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: EventType | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        if not obj.factory:
            return ("action",)
        # What a built-in action does is written in its mechanism; its name and labels are the brand's.
        fixed = ("action", "attributes", "one_time")
        return fixed if obj.action in EARNING_BY_TYPE else (*fixed, "default_points")

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        return obj is None or not obj.factory
