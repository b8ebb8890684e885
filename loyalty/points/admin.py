from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from .models import Account, BurnRate, EarningRate, EarningRule, Verification


class BurnRateInline(TabularInline):
    model = BurnRate
    extra = 0


@admin.register(Account)
class AccountAdmin(ModelAdmin):
    list_display = ("slug", "name", "currency_label", "type", "negative_points", "is_default")
    inlines = (BurnRateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        # Customers hold balances under both: the ID stays, and there is always exactly one default.
        return ("slug", "is_default") if obj else ("is_default",)

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return False


class EarningRateInline(TabularInline):
    model = EarningRate
    extra = 0


@admin.register(EarningRule)
class EarningRuleAdmin(ModelAdmin):
    list_display = ("account", "basis", "percentage", "rounding")
    inlines = (EarningRateInline,)


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
