from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.inputs import paragraph


class ApprovalForm(forms.Form):
    """`shown` names the effects that were looked at."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ExplanationForm(forms.Form):
    explanation = paragraph(label=_("Explanation"), help_text=_("Whoever asked for the change reads it."))
