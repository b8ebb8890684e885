from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """Which events the timeline shows; what cannot be meant filters nothing."""

    action = forms.ChoiceField(label=_("Action"), required=False)
    transaction_id = forms.CharField(label=_("Transaction ID"), required=False, max_length=128)

    def __init__(self, data: Mapping[str, Any], *, actions: Mapping[str, str]) -> None:
        # The dialog over the page has an `id_action` of its own.
        super().__init__(data, auto_id="filter_%s")
        self.actions = actions
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("All actions")), *sorted(actions.items(), key=lambda one: one[1])]
        self.is_valid()

    @property
    def chosen_action(self) -> str:
        return str(self.cleaned_data.get("action", ""))

    @property
    def chosen_transaction(self) -> str:
        return str(self.cleaned_data.get("transaction_id", ""))

    @property
    def summary(self) -> str:
        """What is shown instead of everything; empty for everything."""
        return " · ".join(filter(None, [self.actions.get(self.chosen_action), self.chosen_transaction]))
