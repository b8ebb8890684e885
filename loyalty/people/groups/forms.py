"""Forms of user groups: one group, the people in it, and the kinds of record that groups decide of.

`seen` says what was shown, so that nobody takes back what somebody else has changed meanwhile.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.forms.stale import UNREADABLE
from loyalty.people.forms import digest
from loyalty.staff.groups.enums import GroupStatus
from loyalty.staff.groups.kinds import grouped_records

from .queries import group_tree, offered

GROUP_CHANGED = _("Somebody else has changed this group meanwhile. Open it again, then make your change.")
KINDS_CHANGED = _("Somebody else has changed what groups decide of meanwhile. Open it again, then make your change.")


class GroupForm(forms.Form):
    """A group, with the fields of the program file; a new one where `before` is None."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    external_id = forms.CharField(
        label=_("External ID"),
        max_length=100,
        required=False,
        help_text=_("What other systems call the group."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    parent = forms.ChoiceField(
        label=_("Inside"), required=False, help_text=_("Members of that group see what is in this one.")
    )
    status = forms.ChoiceField(label=_("Status"))
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, before: Mapping[str, Any] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before, self.initial["seen"] = before, digest(before) if before else ""
        own = before["id"] if before else None
        others = [(one.group.slug, one.group.name) for one in group_tree() if one.group.slug != own]
        self._offer("parent", [("", gettext("No other group")), *others])
        is_draft = before is None or before["status"] == GroupStatus.DRAFT
        self._offer("status", [one for one in GroupStatus.choices if is_draft or one[0] != GroupStatus.DRAFT])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> None:
        super().clean()
        if self.before and self.cleaned_data.get("seen") != digest(self.before):
            raise forms.ValidationError(GROUP_CHANGED, code="stale")

    def changes(self) -> dict[str, Any]:
        """As the program file has them."""
        found = {name: self.cleaned_data[name] or None for name in ("external_id", "parent")}
        return {"name": self.cleaned_data["name"], "status": self.cleaned_data["status"], **found}


class PeopleForm(forms.Form):
    people = forms.MultipleChoiceField(
        label=_("People"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Administrators see all.")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = self.initial.get("people", ())
        self.initial["seen"] = json.dumps(list(there))
        field = self.fields["people"]
        assert isinstance(field, forms.MultipleChoiceField)
        # Whoever was shown is still a box of this form, though others have taken them out.
        people = offered([*there, *(self.shown() or ())])
        field.choices = [(one.username, f"{one} ({one.username})") for one in people]

    def clean(self) -> None:
        super().clean()
        if self.shown() is None:
            raise forms.ValidationError(UNREADABLE, code="unreadable")

    def shown(self) -> Sequence[str] | None:
        """Who was in the group when the form was shown; None for what no form of ours sends."""
        try:
            found = json.loads(self.data.get("seen") or "")
        except (ValueError, RecursionError):
            return None
        is_ours = isinstance(found, list) and all(isinstance(one, str) and one.isprintable() for one in found)
        return found if is_ours else None


class KindsForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("Groups decide who sees"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A record in no group is seen by everybody whose role allows it."),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = digest(self.initial["kinds"])
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.kind, one.label) for one in grouped_records().values()]

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("seen") != self.initial["seen"]:
            raise forms.ValidationError(KINDS_CHANGED, code="stale")
