from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup
from rewards.catalogue.rights import VIEW_REWARDS

CLAIM_REWARDS = Right("rewards.claim", _("claim rewards for customers, and revoke claims"), needs=VIEW_REWARDS)
FORCE_CLAIMS = Right("rewards.force", _("claim rewards for customers free and without the checks"), needs=CLAIM_REWARDS)

RIGHTS = RightGroup(_("Claims of rewards"), (CLAIM_REWARDS, FORCE_CLAIMS))
