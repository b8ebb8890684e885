from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.accounts.rights import CONFIGURE_ACCOUNTS
from loyalty.staff.roles.rights import Right, RightGroup

MANAGE_POINTS = Right("points.manage", _("add, deduct or spend points"), needs=VIEW_CUSTOMERS)
CHANGE_EXPIRATION = Right("points.change_expiration", _("change the last day of points"), needs=VIEW_CUSTOMERS)
EXPORT_POINTS = Right("points.export", _("download a customer's points history"), needs=VIEW_CUSTOMERS)
CONFIGURE_BONUSES = Right("points.configure_bonuses", _("configure bonuses"))

RIGHTS = RightGroup(
    _("Points"), (MANAGE_POINTS, CHANGE_EXPIRATION, EXPORT_POINTS, CONFIGURE_ACCOUNTS, CONFIGURE_BONUSES)
)
