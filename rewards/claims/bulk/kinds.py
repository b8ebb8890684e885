"""Bulk claims: one reward claimed for many customers."""

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.bulk.kinds import BulkKind, Result, Work
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from rewards.claims.actions import CLAIM, CLAIMS, FORCE, FORCED, REWARD

FAMILY = "reward"
# Of a request: free and without the checks, but for the stock.
FORCE_CLAIM = "force_claim"


def _claim(work: Work) -> Sequence[Result]:
    is_forced = bool(work.options.get(FORCE_CLAIM))
    data = {REWARD.name: work.target, **({FORCED.name: True} if is_forced else {})}
    events = [Incoming(item.name, CLAIM.name, data) for item in work.items]
    grants = work.by.grants | {CLAIMS, *([FORCE] if is_forced else [])}
    outcomes = record(events, by=replace(work.by, grants=grants), at=work.at)
    return [Result(one.state.customer.id if one.state else None, one.error) for one in outcomes]


def _page(target: str) -> str:
    return reverse("rewards:show", args=[target])


CLAIM_MANY = BulkKind("reward_claim", FAMILY, _("Claim a reward"), _claim, _page)
