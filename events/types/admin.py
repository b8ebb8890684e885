"""Event types in the configuration."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.forms.stale_admin import StaleSafeInline
from loyalty.program.admin import ConfigurationAdmin

from .forms import AttributeForm, AttributeFormSet, EventTypeForm
from .models import EventAttribute, EventType
from .program import fixed_fields, may_be_behavioural


class AttributeInline(StaleSafeInline):
    model = EventAttribute
    form = AttributeForm
    formset = AttributeFormSet
    fields = ("slug", "label", "type", "options", "required", "personal", "position")
    extra = 0
    hide_title = True

    def get_readonly_fields(self, request: HttpRequest, obj: EventType | None = None) -> tuple[str, ...]:
        # How a built-in action's are read is written in its mechanism.
        return ("slug", "label", "type", "options", "required", "position") if obj and obj.factory else ()

    def has_add_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        return super().has_add_permission(request, obj) and not (obj and obj.factory)

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.factory)


@admin.register(EventType)
class EventTypeAdmin(ConfigurationAdmin):
    form = EventTypeForm
    inlines = (AttributeInline,)
    list_display = ("action", "label", "default_points", "one_time", "exposed", "behavioural", "factory")
    list_filter = ("factory", "behavioural", "one_time", "exposed")
    search_fields = ("action", "name", "labels")
    ordering = ("factory", "name")
    fieldsets = (
        (None, {"fields": ("action", "name", "labels", "description")}),
        (_("What it earns"), {"fields": ("default_points", "default_account", "pending_days")}),
        (_("Who may send it, and what"), {"fields": ("one_time", "behavioural", "exposed", "only_known")}),
    )

    @admin.display(description=_("name"), ordering="name")
    def label(self, row: EventType) -> str:
        return row.label

    def get_readonly_fields(self, request: HttpRequest, obj: EventType | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        if not obj.factory:
            return ("action",)
        # What a built-in action does is written in its mechanism; its name and labels are the brand's.
        fixed = ("action", *(name for name in fixed_fields(obj.action) if name != "attributes"))
        return fixed if may_be_behavioural(obj.action) else (*fixed, "behavioural")

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        return obj is None or not obj.factory
