import re

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.refusals import Refused


class OnceForm(forms.Form):
    """Asks for what one event says. `token` names this very form, which records it once."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> None:
        if "token" in self.errors:
            self.add_error(None, _("This form is out of date. Close it and open it again."))

    def refuse(self, refusal: Refused) -> None:
        """Show the engine's refusal on the field that it names, else above the form."""
        self.add_error(self.named_by(refusal), refusal.message)

    def named_by(self, refusal: Refused) -> str | None:
        return next((name for name in quoted(refusal) if name in self.fields), None)


def quoted(refusal: Refused) -> list[str]:
    """The attributes that the message names."""
    return re.findall(r"'([^']+)'", refusal.message)
