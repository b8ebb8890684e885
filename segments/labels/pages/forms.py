from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from segments.labels.models import Label
from segments.labels.queries import labels


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )


class IntoForm(forms.Form):
    """The other label, by its identifier."""

    into = forms.ChoiceField(label=_("Merge into"))

    def __init__(self, *args: Any, label: Label, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = labels().exclude(pk=label.pk).order_by("name", "slug").values_list("slug", "name")
        self.fields["into"].choices = [(slug, f"{name} ({slug})") for slug, name in others]  # type: ignore[attr-defined]
