from django.utils.translation import gettext_lazy as _

from .roles.rights import Right, RightGroup

MANAGE_STAFF = Right("staff.manage", _("invite, change or deactivate people, or change roles"), is_reserved=True)
MANAGE_GROUPS = Right(
    "groups.manage", _("make user groups, or choose who is in them and what they decide of"), is_reserved=True
)
VIEW_AUDIT = Right("audit.view", _("see the audit trail"))
VIEW_VERIFICATIONS = Right("verify.view", _("see the results of the nightly checks"))

RIGHTS = RightGroup(_("Staff and oversight"), (MANAGE_STAFF, MANAGE_GROUPS, VIEW_AUDIT, VIEW_VERIFICATIONS))
