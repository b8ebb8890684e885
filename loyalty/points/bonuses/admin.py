from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.program.admin import ConfigurationAdmin

from .forms import BonusForm
from .models import Bonus


@admin.register(Bonus)
class BonusAdmin(ConfigurationAdmin):
    form = BonusForm
    list_display = (
        "name",
        "account",
        "kind",
        "active",
        "first_day",
        "last_day",
        "customer_limit",
        "total_limit",
        "given",
    )
    list_filter = ("active", "account", "kind")
    list_select_related = ("account", "total")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("account", "name", "slug", "active")}),
        (_("What it gives"), {"fields": ("kind", "multiplier", "points")}),
        (_("When"), {"fields": ("first_day", "last_day")}),
        (_("For what"), {"fields": ("products", "categories", "channels", "currency", "minimum")}),
        (_("Limits"), {"fields": ("customer_limit", "total_limit", "refund_releases", "given")}),
    )
    readonly_fields = ("slug", "given")

    @admin.display(description=_("given under the limit in total"))
    def given(self, bonus: Bonus) -> int | None:
        return bonus.total.points if bonus.pk and bonus.total_limit else None

    def has_delete_permission(self, request: HttpRequest, obj: Bonus | None = None) -> bool:
        # Points name the bonus they came from: one that is over is switched off.
        return False
