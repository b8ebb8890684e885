from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

GIVE_GROUPS = Right("groups.give", _("put customers into user groups, or take them out"), needs=VIEW_CUSTOMERS)

RIGHTS = RightGroup(_("User groups"), (GIVE_GROUPS,))
