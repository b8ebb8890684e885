from django.utils.translation import gettext_lazy as _

from customers.rights import EXPORT_CUSTOMERS, VIEW_CUSTOMERS
from loyalty.staff.roles.rights import Right, RightGroup

VIEW_SEGMENTS = Right("segments.view", _("see segments and their members"), needs=VIEW_CUSTOMERS)
CHANGE_SEGMENTS = Right("segments.change", _("make and change segments"), needs=VIEW_SEGMENTS)
# The members with their names, as a file.
EXPORT_MEMBERS = Right("segments.export", _("export the members of segments"), needs=EXPORT_CUSTOMERS)

RIGHTS = RightGroup(_("Segments"), (VIEW_SEGMENTS, CHANGE_SEGMENTS, EXPORT_MEMBERS))
