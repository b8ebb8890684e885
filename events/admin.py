from django.contrib import admin
from django.http import HttpRequest

from loyalty.staff.admin import ConfigurationAdmin

from .enums import MAY_BE_BEHAVIOURAL
from .models import EventType
from .program import fixed_fields


@admin.register(EventType)
class EventTypeAdmin(ConfigurationAdmin):
    list_display = ("action", "name", "default_points", "one_time", "exposed", "behavioural", "factory")
    list_filter = ("factory", "one_time", "behavioural")
    search_fields = ("^action", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: EventType | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        if not obj.factory:
            return ("action",)
        # What a built-in action does is written in its mechanism; its name and labels are the brand's.
        fixed = ("action", *fixed_fields(obj.action))
        return fixed if obj.action in MAY_BE_BEHAVIOURAL else (*fixed, "behavioural")

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        return obj is None or not obj.factory
