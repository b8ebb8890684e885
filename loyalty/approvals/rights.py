from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

REVIEW_CHANGES = Right("approvals.review", _("review what others want to change"))
# With it somebody could let their own changes pass.
CONFIGURE_APPROVALS = Right("approvals.configure", _("say what needs an approval"), is_reserved=True)

RIGHTS = RightGroup(_("Approvals"), (REVIEW_CHANGES, CONFIGURE_APPROVALS))
