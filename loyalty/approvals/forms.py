from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.inputs import paragraph

from .queries import kinds


class RulesForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("What needs an approval"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Changes by those who may review them take effect at once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.code, kind.label) for kind in kinds().values()]


class ExplanationForm(forms.Form):
    explanation = paragraph(label=_("Explanation"), help_text=_("The person who requested the change will read it."))
