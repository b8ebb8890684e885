from django.utils.translation import gettext_lazy as _

from customers.rights import VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

VIEW_LABELS = Right("labels.view", _("see labels"), needs=VIEW_CUSTOMERS)
GIVE_LABELS = Right("labels.give", _("give labels to customers, or take them"), needs=VIEW_LABELS)
CONFIGURE_LABELS = Right("labels.configure", _("rename, switch off and merge labels"), needs=VIEW_LABELS)

RIGHTS = RightGroup(_("Labels"), (VIEW_LABELS, GIVE_LABELS, CONFIGURE_LABELS))
