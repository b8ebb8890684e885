"""The form that records an event once, however often it is sent."""

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.refusals import RefusableForm


class OnceForm(RefusableForm):
    """Asks for what one event says. `token` names this very form, which records it once."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> None:
        if "token" in self.errors:
            self.add_error(None, _("This form is out of date. Close it and open it again."))
