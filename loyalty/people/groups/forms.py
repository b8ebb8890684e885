"""Forms of user groups: one group, the people in it, and the kinds of record that groups decide of."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.staff.groups.enums import GroupStatus
from loyalty.staff.groups.kinds import grouped_records

from .queries import group_tree, offered


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

    def __init__(self, *args: Any, before: Mapping[str, Any] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = before["id"] if before else None
        others = [(one.group.slug, one.group.name) for one in group_tree() if one.group.slug != own]
        self._offer("parent", [("", gettext("No other group")), *others])
        is_draft = before is None or before["status"] == GroupStatus.DRAFT
        self._offer("status", [one for one in GroupStatus.choices if is_draft or one[0] != GroupStatus.DRAFT])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def changes(self) -> dict[str, Any]:
        """As the program file has them."""
        found = {name: self.cleaned_data[name] or None for name in ("external_id", "parent")}
        return {"name": self.cleaned_data["name"], "status": self.cleaned_data["status"], **found}


class PeopleForm(forms.Form):
    people = forms.MultipleChoiceField(
        label=_("People"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Administrators see all.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.username, f"{one} ({one.username})") for one in offered(self.initial.get("people", ()))]


class KindsForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("Groups decide who sees"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A record in no group is seen by everybody whose role allows it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.kind, one.label) for one in grouped_records().values()]
