from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

VIEW_REWARDS = Right("rewards.view", _("see rewards"), needs=VIEW_CUSTOMERS)
CONFIGURE_REWARDS = Right(
    "rewards.configure", _("create, change, activate and archive rewards and their categories"), needs=VIEW_REWARDS
)

RIGHTS = RightGroup(_("Rewards"), (VIEW_REWARDS, CONFIGURE_REWARDS))
