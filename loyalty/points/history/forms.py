"""Which movements the points history shows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.accounts.models import Account
from loyalty.forms import inputs
from loyalty.points.enums import EntryKind

from .queries import Filters

ONE_DAY = dt.timedelta(days=1)


class HistoryFilter(forms.Form):
    """Which movements are shown; what cannot be meant filters nothing. Days are the programme's."""

    account = forms.ChoiceField(label=_("Account"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    since = inputs.day(label=_("From"), required=False, input_formats=["%Y-%m-%d"])
    until = inputs.day(label=_("To"), required=False, input_formats=["%Y-%m-%d"])

    on = inputs.day(label=_("Balance on"), required=False, input_formats=["%Y-%m-%d"])

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
        found = self.cleaned_data.get(name)
        return found if isinstance(found, dt.date) else None

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
