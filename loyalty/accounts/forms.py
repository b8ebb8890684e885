"""What administrators enter about an account."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from loyalty.forms.stale import StaleSafeForm
from loyalty.program.queries import sections

from .enums import Expiry
from .models import Account

# The timer's own events, and the change of a date, are no activity of a customer.
NO_ACTIVITY = frozenset({"point_expire", "point_expiration"})


class AccountForm(StaleSafeForm[Account]):
    """The expiry fields are on it only while the module is on."""

    class Meta:
        model = Account
        fields = (
            "slug", "name", "currency_label", "type", "negative_points", "expiry", "expiry_after", "expiry_unit",
            "expiry_month", "expiry_day", "expiry_actions",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "expiry_actions" in self.fields:
            asked = self.fields["expiry_actions"]
            self.fields["expiry_actions"] = forms.MultipleChoiceField(
                label=asked.label,
                help_text=asked.help_text,
                choices=_activities(),
                required=False,
                widget=UnfoldAdminSelectMultipleWidget(),
            )

    def clean(self) -> None:
        super().clean()
        needed: dict[Any, dict[str, Any]] = {
            Expiry.ROLLING: {"expiry_after": _("Enter how many days, months or years after the earning.")},
            Expiry.ACTIVITY: {"expiry_after": _("Enter how many days, months or years after the last activity.")},
            Expiry.CALENDAR: {"expiry_month": _("Enter the month of the day."), "expiry_day": _("Enter the day.")},
        }
        for name, message in needed.get(self.cleaned_data.get("expiry"), {}).items():
            if name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, message)


def _activities() -> list[tuple[str, str]]:
    """Every action of the programme by its name in the reader's language: event types lie above accounts."""
    [event_types] = [section for section in sections() if section.name == "event_types"]
    language = get_language() or "en"
    return [
        (one["action"], one["labels"].get(language) or one["name"])
        for one in event_types.read()
        if one["action"] not in NO_ACTIVITY
    ]
