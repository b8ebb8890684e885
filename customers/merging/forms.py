from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from loyalty import identifiers
from loyalty.forms.refusals import RefusableForm


class OtherProfileForm(forms.Form):
    other = forms.CharField(
        label=_("ID of the other profile"),
        max_length=200,
        help_text=_("Its customer ID, or an external ID as field:value."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )


class ConfirmMergeForm(RefusableForm):
    """The ID of the profile that goes away, typed: a merge is not taken back."""

    confirmation = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args: Any, source: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.fields["confirmation"].label = _("Type %(id)s to confirm") % {"id": source.public_id}

    def clean_confirmation(self) -> str:
        if self.source.public_id not in identifiers.forms(self.cleaned_data["confirmation"]):
            raise forms.ValidationError(gettext("This is not the ID %(id)s.") % {"id": self.source.public_id})
        return self.source.public_id
