from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from loyalty.program.admin import ConfigurationAdmin
from loyalty.program.enums import Module
from loyalty.program.queries import general_settings
from loyalty.ui.stale_admin import StaleSafeInline

from .forms import AccountForm, BonusForm
from .models import Account, Bonus, BurnRate, EarningRate, EarningRule, Verification


class BurnRateInline(StaleSafeInline):
    model = BurnRate
    extra = 0


@admin.register(Account)
class AccountAdmin(ConfigurationAdmin):
    form = AccountForm
    list_display = ("slug", "name", "currency_label", "type", "negative_points", "is_default")
    inlines = (BurnRateInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        state = ["is_default"] if obj else []
        main = (None, {"fields": ["slug", "name", "currency_label", "type", "negative_points", *state]})
        fields = ("expiry", "expiry_after", "expiry_unit", "expiry_month", "expiry_day", "expiry_actions")
        expires = Module.EXPIRING_POINTS in general_settings().modules
        return [main, (_("Expiry"), {"fields": fields})] if expires else [main]

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        # Customers hold balances under both: the ID stays, and there is always exactly one default.
        return ("slug", "is_default") if obj else ("is_default",)

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return False


class EarningRateInline(StaleSafeInline):
    model = EarningRate
    extra = 0


@admin.register(EarningRule)
class EarningRuleAdmin(ConfigurationAdmin):
    list_display = ("account", "basis", "percentage", "rounding")
    inlines = (EarningRateInline,)


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


@admin.register(Verification)
class VerificationAdmin(ModelAdmin):
    """Written by the nightly task, read here."""

    list_display = ("at", "ok", "found", "seconds")
    list_filter = ("ok",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Verification | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Verification | None = None) -> bool:
        return False
