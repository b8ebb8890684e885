"""Which rows of the trail are shown."""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.contributions import contributed
from loyalty.forms.inputs import possible_day
from loyalty.staff.audit.kinds import OperationLabels, subject_kinds
from loyalty.staff.models import User
from loyalty.staff.sight import Sight

from .queries import Filters, customers_found, numbers_of

NOBODY = "nobody"
FORMAT = "%Y-%m-%dT%H:%M"
MINUTE = dt.timedelta(minutes=1)
# A name, or the numbers of as many customers as are found by one.
MOST_TYPED = 800


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "min": "1970-01-01T00:00", "max": "2999-12-31T23:59"}, format=FORMAT
    )
    return forms.DateTimeField(
        label=label, required=False, widget=widget, input_formats=[FORMAT], validators=[possible_day]
    )


def _text(label: Any, longest: int) -> forms.CharField:
    attributes = {"type": "search", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(label=label, required=False, max_length=longest, widget=forms.TextInput(attrs=attributes))


def operation_choices() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Under the name of each group, by their labels."""
    for room in contributed(OperationLabels):
        found = [(str(name), str(label)) for name, label in room.labels.items()]
        yield str(room.group), sorted(found, key=lambda choice: choice[1])


class TrailFilter(forms.Form):
    """What cannot be meant filters nothing. Times are the programme's."""

    staff = forms.ChoiceField(label=_("Person"), required=False)
    customer = _text(_("Customer’s ID or name"), MOST_TYPED)
    operation = forms.ChoiceField(label=_("What was done"), required=False)
    kind = forms.ChoiceField(label=_("Subject"), required=False)
    key = _text(_("Subject’s ID or name"), 100)
    since = _moment(_("From"))
    until = _moment(_("To"))

    def __init__(self, data: Mapping[str, Any], sight: Sight) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._sight = sight
        if not sight.sees("last_name"):
            self.fields["customer"].label = _("Customer’s ID")
        people = [(str(one.pk), str(one)) for one in User.objects.order_by("username")]
        kinds = sorted(((one.kind, str(one.label)) for one in subject_kinds().values()), key=lambda choice: choice[1])
        self._offer(
            "staff",
            [("", gettext("Everybody")), *people, (NOBODY, gettext("Nobody logged in, the server, or an API key"))],
        )
        self._offer("operation", [("", gettext("Everything")), *operation_choices()])
        self._offer("kind", [("", gettext("All subjects")), *kinds])
        self.is_valid()

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "").replace("\x00", "")

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)

    @property
    def names(self) -> list[str]:
        """Of the filters that are set."""
        return [name for name in self.fields if self.cleaned_data.get(name)]

    @property
    def query(self) -> str:
        """The filters as an address has them: customers by their numbers."""
        chosen = {name: self.data.get(name, "") for name in self.fields if self.cleaned_data.get(name)}
        if "customer" in chosen:
            chosen["customer"] = numbers_of(self._customers)
        return urlencode(chosen)

    @cached_property
    def _customers(self) -> tuple[Any, bool]:
        text = self.chosen("customer").strip()
        return customers_found(text, self._sight) if text else (None, False)

    @property
    def has_more_customers(self) -> bool:
        return self._customers[1]

    @cached_property
    def filters(self) -> Filters:
        staff, kind, key = self.chosen("staff"), self.chosen("kind"), self.chosen("key").strip()
        until = self.cleaned_data.get("until")
        return Filters(
            staff=int(staff) if staff and staff != NOBODY else None,
            nobody=staff == NOBODY,
            customers=self._customers[0],
            operation=self.chosen("operation"),
            kind=kind,
            keys=subject_kinds()[kind].find(key) if kind and key else None,
            since=self.cleaned_data.get("since"),
            until=until + MINUTE if until else None,
            sight=self._sight,
        )
