"""What staff enter about a customer in a dialog."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.forms import OnceForm
from events.inputs import paragraph

from .operations import LONGEST_NOTE


class ReasonForm(OnceForm):
    reason = paragraph(label=_("Reason"), required=False, help_text=_("Shown in the events of the customer."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text=_("Only staff read it. It is erased with the customer's data."),
    )
