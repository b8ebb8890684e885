from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.enums import BanReason
from loyalty import identifiers
from loyalty.forms.refusals import RefusableForm

# The kind that is no ban.
OPT_OUT = "opt_out"
KINDS = [
    (OPT_OUT, _("Opt out: may join again, from nothing")),
    *((value, _("Forced opt-out: %s") % label) for value, label in BanReason.choices),
]


class TypedIdForm(RefusableForm):
    typed = forms.CharField(
        label=_("Customer ID"),
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )


class OptOutForm(TypedIdForm):
    """The ID is typed, so that nobody is erased by a slip."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=KINDS,
        widget=forms.Select(attrs={"autofocus": True}),
        help_text=_("After a forced opt-out the ID may not join again until the ban is lifted."),
    )

    field_order = ("kind", "typed")

    def __init__(self, *args: Any, public_id: str, may_ban: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        if not may_ban:
            kind.choices, kind.help_text = KINDS[:1], ""
        self.public_id = public_id
        # The kind comes first.
        del self.fields["typed"].widget.attrs["autofocus"]
        self.fields["typed"].help_text = _("Type %s to confirm.") % public_id

    def clean_typed(self) -> str:
        if self.public_id not in identifiers.forms(self.cleaned_data["typed"]):
            raise forms.ValidationError(_("This is not the ID of the customer whose profile is open."))
        return self.public_id
