from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from .models import Account, EarningRate, EarningRule


@admin.register(Account)
class AccountAdmin(ModelAdmin):
    list_display = ("slug", "name", "currency_label", "is_default")

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
