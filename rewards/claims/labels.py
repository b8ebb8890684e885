"""What the audit trail calls what is done with claims."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.staff.audit.kinds import OperationLabels


def _fields() -> Mapping[str, str | Promise]:
    return {"reward": _("Reward")}


AUDIT = OperationLabels(
    _("Claims of rewards"),
    {
        "reward.claim": _("Reward claimed"),
        "reward.revoke": _("Claim of a reward revoked"),
        "reward.bid": _("Bid for a reward placed"),
    },
    _fields,
)
