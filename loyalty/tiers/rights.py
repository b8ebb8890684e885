from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

CHANGE_TIERS = Right("tiers.change", _("change the level of customers, or its last day"), needs=VIEW_CUSTOMERS)
CONFIGURE_TIERS = Right("tiers.configure", _("configure tiers"))

RIGHTS = RightGroup(_("Tiers"), (CHANGE_TIERS, CONFIGURE_TIERS))
