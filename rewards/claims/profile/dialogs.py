"""Claiming a reward for a customer, and revoking a claim."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.profile.mixins import EventDialog
from loyalty.engine.mechanism import Outcome
from loyalty.formats import number
from loyalty.staff.sender import Sender
from loyalty.ui.responses import Text
from rewards.catalogue.enums import RewardType
from rewards.claims.asking import codes_for
from rewards.claims.models import Claim
from rewards.claims.operations import claim_reward, revoke_claim
from rewards.claims.queries import claims_of
from rewards.claims.rights import CLAIM_REWARDS, FORCE_CLAIMS
from rewards.claims.rules import Asked

from .forms import ClaimForm, RevokeForm
from .queries import OfferLine, lines_for, name_of


class Claims(EventDialog):
    right = CLAIM_REWARDS
    refresh = ("events", "claims")

    def get_success_url(self) -> str:
        return reverse("claims:of-customer", args=[self.customer.id])


class ClaimReward(Claims):
    form_class = ClaimForm
    title = _("Claim a reward")
    submit_label = _("Claim")
    made: Claim | None = None

    @cached_property
    def lines(self) -> Sequence[OfferLine]:
        """Without those that are bid for."""
        found = lines_for(self.customer, timezone.now())
        return [line for line in found if line.reward.type != RewardType.BIDDING]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"lines": self.lines, "may_force": self.may(FORCE_CLAIMS)}

    def get_initial(self) -> dict[str, Any]:
        """The address may name the reward."""
        return super().get_initial() | {"reward": self.request.GET.get("reward", ""), "count": 1}

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        data = form.cleaned_data
        chosen = next(line.reward for line in self.lines if line.reward.slug == data["reward"])
        asked = Asked(data["count"] or 1, data.get("points"), forced=data.get("force", False))
        with codes_for(self.customer, chosen, asked, key=by.token or ""):
            return claim_reward(
                customer=self.customer,
                reward=chosen,
                count=asked.count,
                points=asked.points,
                force=asked.forced,
                by=by,
            ).result()

    def success_message(self, outcome: Outcome) -> Text:
        self.made = claims_of(self.customer).get(event_id=outcome.events[0].id)
        said = {"name": self.customer.name, "reward": name_of(self.made.reward), "points": number(self.made.spent)}
        if not self.made.spent:
            return gettext("%(name)s has “%(reward)s” now.") % said
        return gettext("%(name)s has “%(reward)s” now, for %(points)s points.") % said

    def get_undo_url(self) -> str:
        return reverse("claims:revoke", args=[self.customer.id, self.made.event_id]) if self.made else ""


class RevokeClaim(Claims):
    form_class = RevokeForm
    title = _("Revoke claim")
    submit_label = _("Revoke")
    is_dangerous = True

    @cached_property
    def claim(self) -> Claim:
        found = claims_of(self.customer).filter(event_id=self.kwargs["event_id"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def lead(self) -> Text:  # type: ignore[override]  # of the claim
        said = {"reward": name_of(self.claim.reward), "points": number(self.claim.spent)}
        text = gettext("“%(reward)s”. %(points)s points go back, and its coupons become invalid.")
        return text % said

    def submit(self, form: BaseForm, by: Sender) -> Outcome:
        reason = form.cleaned_data["reason"]
        return revoke_claim(customer=self.customer, claim=self.claim, reason=reason, by=by).result()

    def success_message(self, outcome: Outcome) -> Text:
        return gettext("The claim of “%s” is revoked.") % name_of(self.claim.reward)
