"""What staff enter to change points, and their last day, by hand."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.forms.inputs import day, paragraph, points
from loyalty.intake.forms import OnceForm


class ManagePointsForm(OnceForm):
    """`accounts`: (ID, name), none where the brand has one only; `expiring`: added points may have a last day."""

    action = forms.ChoiceField(
        label=_("What to do"),
        choices=[("point_add", _("Add points")), ("point_sub", _("Deduct points")), ("point_spend", _("Spend points"))],
        widget=forms.RadioSelect,
    )
    points = points(label=_("Points"))
    expdate = day(label=_("Expiration date"), required=False, help_text=_("Valid through this day."))
    account = forms.ChoiceField(label=_("Account"))
    reason = paragraph(label=_("Reason"), help_text=_("Shown in the points history."))

    def __init__(self, *args: Any, accounts: Sequence[tuple[str, str]], expiring: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].widget.attrs["autofocus"] = True
        account = self.fields["account"]
        assert isinstance(account, forms.ChoiceField)
        account.choices = accounts
        if not accounts:
            del self.fields["account"]
        if not expiring:
            del self.fields["expdate"]

    def data_of_event(self) -> dict[str, Any]:
        """Only points that are added have a last day."""
        given = self.cleaned_data
        found = {"points": given["points"], "reason": given["reason"]}
        is_dated = given["action"] == "point_add" and given.get("expdate")
        return found | ({"expdate": given["expdate"].isoformat()} if is_dated else {})
