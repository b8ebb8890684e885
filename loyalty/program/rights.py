from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

CONFIGURE_PROGRAM = Right("program.configure", _("change the settings of the programme"))
# The file holds roles as well.
APPLY_PROGRAM = Right("program.apply", _("see the versions of the programme, or apply a file"), is_reserved=True)

RIGHTS = RightGroup(_("Programme"), (CONFIGURE_PROGRAM, APPLY_PROGRAM))
