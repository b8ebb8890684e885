from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.refusals import RefusableForm
from segments.lists.codes import ALREADY_ON, NOT_ON, UNKNOWN


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
    )


class MemberForm(RefusableForm):
    """Nothing to enter: who and which list the address says."""

    words = {
        UNKNOWN: _("This list was archived meanwhile."),
        ALREADY_ON: _("The customer is on the list already."),
        NOT_ON: _("The customer is not on the list any more."),
        160216: _("Only active customers can be put on a list."),
        160212: _("This customer has left, or was merged into another one."),
    }
