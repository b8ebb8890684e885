from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.forms.stale_admin import StaleSafeInline
from loyalty.program.admin import ConfigurationAdmin
from loyalty.program.queries import general_settings

from .enums import EXPIRING_POINTS
from .forms import AccountForm
from .models import Account, BurnRate, EarningRate, EarningRule


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
        expires = EXPIRING_POINTS in general_settings().modules
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
