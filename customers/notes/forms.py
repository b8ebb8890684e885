from django import forms
from django.utils.translation import gettext_lazy as _

from .operations import LONGEST_NOTE


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text=_("Only staff read it. It is erased with the customer's data."),
    )
