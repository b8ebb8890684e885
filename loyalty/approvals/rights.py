from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

REVIEW_CHANGES = Right("approvals.review", _("review what others want to change"))

RIGHTS = RightGroup(_("Approvals"), (REVIEW_CHANGES,))
