"""The filters of the points history, and the accounts and bonuses of the configuration."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from events.types.models import EventType
from loyalty.ui.lines import Lines
from loyalty.ui.stale import StaleSafeForm

from .enums import EntryKind, Expiry
from .history import Filters
from .models import Account, Bonus

ONE_DAY = dt.timedelta(days=1)


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "min": "1970-01-01", "max": "9998-12-31"}, format="%Y-%m-%d")


class HistoryFilter(forms.Form):
    """Which movements are shown; what cannot be meant filters nothing. Days are the programme's."""

    account = forms.ChoiceField(label=_("Account"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=_day(), input_formats=["%Y-%m-%d"])
    until = forms.DateField(label=_("To"), required=False, widget=_day(), input_formats=["%Y-%m-%d"])

    on = forms.DateField(label=_("Balance on"), required=False, widget=_day(), input_formats=["%Y-%m-%d"])

    def __init__(self, data: Mapping[str, Any], *, accounts: Sequence[Account], expiring: bool) -> None:
        # The dialogs over the page have fields of the same names.
        super().__init__(data, auto_id="filter_%s")
        self.accounts = {account.slug: account for account in accounts}
        # Without the module there is one account only, and what others may have held stays out of sight.
        self.only = accounts[0] if len(accounts) == 1 else None
        if not self.only:
            names = [(account.slug, account.name) for account in accounts]
            self._offer("account", [("", gettext("All accounts")), *names])
        else:
            del self.fields["account"]
        hidden = {EntryKind.MOVE} if expiring else {EntryKind.MOVE, EntryKind.EXPIRE}
        kinds = [(kind.value, str(kind.label)) for kind in EntryKind if kind not in hidden]
        self._offer("kind", [("", gettext("All kinds")), *kinds])
        self.is_valid()

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _chosen_day(self, name: str) -> dt.date | None:
        day = self.cleaned_data.get(name)
        # Midnights of the first and last days of the calendar lie outside of it in some time zones.
        return day if isinstance(day, dt.date) and 1 < day.year < dt.MAXYEAR else None

    @property
    def account_chosen(self) -> Account | None:
        return self.accounts.get(self.cleaned_data.get("account", ""))

    @property
    def first_day(self) -> dt.date | None:
        return self._chosen_day("since")

    @property
    def last_day(self) -> dt.date | None:
        return self._chosen_day("until")

    @property
    def day(self) -> dt.date | None:
        """The day at whose end the balance is asked for."""
        return self._chosen_day("on")

    @property
    def filters(self) -> Filters:
        account = self.account_chosen
        since, until = self.first_day, self.last_day
        return Filters(
            account_id=account.id if account else self.only.id if self.only else None,
            kind=str(self.cleaned_data.get("kind", "")),
            since=begin_of(since) if since else None,
            until=begin_of(until + ONE_DAY) if until else None,
        )

    @property
    def summary(self) -> str:
        """What is shown instead of everything; empty for everything."""
        account, kind = self.account_chosen, self.cleaned_data.get("kind")
        since, until = self.first_day, self.last_day
        parts = [
            account.name if account else "",
            str(EntryKind(kind).label) if kind else "",
            gettext("from %(day)s") % {"day": date_format(since, "j M Y")} if since else "",
            gettext("to %(day)s") % {"day": date_format(until, "j M Y")} if until else "",
        ]
        return " · ".join(filter(None, parts))


def begin_of(day: dt.date) -> dt.datetime:
    """Its first instant in the programme's time zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


class BonusForm(StaleSafeForm[Bonus]):
    products = Lines(label=_("Products"), required=False, help_text=_("Product IDs, one a line. Empty: all."))
    categories = Lines(label=_("Categories"), required=False, help_text=_("Of products, one a line. Empty: all."))
    channels = Lines(
        label=_("Channels"), required=False, help_text=_("One a line. Empty: all, and orders without a channel.")
    )

    class Meta:
        model = Bonus
        fields = (
            "account", "name", "active", "kind", "multiplier", "points", "first_day", "last_day", "products",
            "categories", "channels", "currency", "minimum", "customer_limit", "total_limit",
        )  # fmt: skip


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
            offered = [(row.action, row.label) for row in EventType.objects.all() if row.action not in NO_ACTIVITY]
            asked = self.fields["expiry_actions"]
            self.fields["expiry_actions"] = forms.MultipleChoiceField(
                label=asked.label,
                help_text=asked.help_text,
                choices=offered,
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
