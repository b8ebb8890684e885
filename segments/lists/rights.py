from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

VIEW_LISTS = Right("lists.view", _("see customer lists"), needs=VIEW_CUSTOMERS)
CHANGE_MEMBERS = Right("lists.members", _("put customers on lists, or take them off"), needs=VIEW_LISTS)
CONFIGURE_LISTS = Right("lists.configure", _("create, rename, switch off and archive customer lists"), needs=VIEW_LISTS)
EXPORT_LISTS = Right("lists.export", _("download the members of customer lists"), needs=VIEW_LISTS)

RIGHTS = RightGroup(_("Customer lists"), (VIEW_LISTS, CHANGE_MEMBERS, CONFIGURE_LISTS, EXPORT_LISTS))
