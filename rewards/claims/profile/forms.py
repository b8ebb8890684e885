"""What staff enter to claim a reward for a customer, and to revoke a claim."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.formats import number
from loyalty.forms.inputs import line, points
from loyalty.forms.numbers import WholeNumberField
from loyalty.forms.refusals import Words
from loyalty.intake.forms import OnceForm
from rewards.claims.codes import NO_CLAIM, REVOKED
from rewards.claims.rules import DYNAMIC, NotClaimable

from .queries import OfferLine
from .words import in_words

MOST = 100
WORDS: Words = {
    NO_CLAIM: _("There is no such claim of this customer."),
    REVOKED: _("This claim was revoked already."),
    110003: _("The customer is suspended: their points cannot be spent."),
    160212: _("This customer has left, or was merged into another one."),
    160216: _("Only active customers can claim rewards."),
}


class ClaimForm(OnceForm):
    words = WORDS
    reward = forms.ChoiceField(label=_("Reward"))
    count = WholeNumberField(label=_("Number"), min_value=1, max_value=MOST, required=False)
    points = points(
        label=_("Points"), required=False, help_text=_("Of a dynamic reward: how many the customer pays for each.")
    )
    force = forms.BooleanField(
        label=_("Claim by force"), required=False, help_text=_("Free and without the checks; the stock still counts.")
    )

    def __init__(self, *args: Any, lines: Sequence[OfferLine], may_force: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reward"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices_of(lines)
        if not may_force:
            del self.fields["force"]
        if not any(line.reward.type in DYNAMIC for line in lines):
            del self.fields["points"]

    def refuse(self, refusal: Any) -> None:
        """All reasons, in words."""
        if isinstance(refusal, NotClaimable):
            self.add_error("reward", in_words(refusal.reasons))
        else:
            super().refuse(refusal)


def choices_of(lines: Sequence[OfferLine]) -> list[Any]:
    """By whether they can be claimed now, each with its price and what is in the way."""
    ready = [(one.reward.slug, _said(one)) for one in lines if one.can_be_claimed]
    others = [(one.reward.slug, _said(one)) for one in lines if not one.can_be_claimed]
    groups = [(gettext("Can be claimed now"), ready), (gettext("Not now"), others)]
    return [("", gettext("Choose a reward")), *((label, found) for label, found in groups if found)]


def _said(line: OfferLine) -> str:
    price = "" if line.offer.price is None else gettext("%s points") % number(line.offer.price)
    return " · ".join(filter(None, [line.name, price, line.why_not]))


class RevokeForm(OnceForm):
    words = WORDS
    reason = line()(label=_("Reason"), required=False)
