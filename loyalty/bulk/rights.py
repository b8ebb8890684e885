from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

VIEW_BULK = Right("bulk.view", _("see bulk requests and what they refused"))

RIGHTS = RightGroup(_("Bulk requests"), (VIEW_BULK,))
