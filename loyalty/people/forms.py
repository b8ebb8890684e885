"""How a role is entered."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.forms.numbers import WholeNumberField
from loyalty.program.section import NAME
from loyalty.staff.roles.queries import LIMITS
from loyalty.staff.roles.rights import known_rights

from .program import MOST_POINTS
from .queries import right_choices


def _limit(label: Any) -> forms.Field:
    return WholeNumberField(label=label, min_value=0, max_value=MOST_POINTS, required=False)


def _name_of(choices: Sequence[tuple[str, str]]) -> str:
    """By the first right of the group: a new group moves no other one's name."""
    return f"rights_{choices[0][0].replace('.', '_')}"


class RoleForm(forms.Form):
    """`before` is the role as the program file has it; `seen` says what was shown, so that nobody's change is taken back."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    id = forms.CharField(
        label=_("ID"),
        max_length=64,
        validators=[RegexValidator(NAME["pattern"], _("Lower-case letters, digits and underscores, a letter first."))],
        help_text=_("The program file knows the role by this ID. It can’t be changed."),
    )
    points_per_action = _limit(_("Points at a time"))
    points_per_day = _limit(_("Points a day"))
    points_per_customer_and_day = _limit(_("Points a day for one customer"))
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, before: Mapping[str, Any] | None, **kwargs: Any) -> None:
        self.before = before
        shown = {**before, **before["limits"], "seen": digest(before)} if before else {}
        super().__init__(data, **({"initial": shown} | kwargs))
        self.groups = [(label, _name_of(choices), choices) for label, choices in right_choices() if choices]
        for label, name, choices in self.groups:
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
            codes = {code for code, _label in choices}
            self.initial[name] = sorted(codes & set(before["rights"])) if before else []
        self.fields["id"].disabled = before is not None

    def right_fields(self) -> Iterator[BoundField]:
        """A group of boxes for each room that has rights to give."""
        return (self[name] for _label, name, _choices in self.groups)

    def clean(self) -> None:
        super().clean()
        for place, (code, right) in self._lacking():
            needed = known_rights()[right]
            words = {"deed": known_rights()[code].deed, "needed": needed.deed}
            self.add_error(place, gettext("To %(deed)s, they must also %(needed)s: tick that, too.") % words)
        if self.before and self.cleaned_data.get("seen") != digest(self.before):
            raise forms.ValidationError(
                _("Somebody else has changed this role meanwhile. Open it again, then make your change."), code="stale"
            )

    def _lacking(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """The field, and the right with the one that it needs."""
        chosen = {name: set(self.cleaned_data.get(name, ())) for _label, name, _choices in self.groups}
        everything = set().union(*chosen.values())
        for name, codes in chosen.items():
            for code in sorted(codes):
                needed = known_rights()[code].needs
                if needed and needed.code not in everything:
                    yield name, (code, needed.code)

    def item(self) -> dict[str, Any]:
        """As the program file has it."""
        given = self.cleaned_data
        rights = sorted(code for _label, name, _choices in self.groups for code in given[name])
        limits = {name: given[name] for name in LIMITS}
        return {"id": given["id"], "name": given["name"], "rights": rights, "limits": limits}

    def place_of(self, path: str) -> str | None:
        """The field that shows what is wrong there."""
        name = path.rpartition(".")[2]
        return name if name in self.fields else None


def digest(item: Mapping[str, Any] | Sequence[str]) -> str:
    return sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()
