"""Of the way in by files: below the rooms whose pages lead to it."""

from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

VIEW_IMPORTS = Right("imports.view", _("see imports and what they refused"))
RUN_IMPORTS = Right("imports.run", _("import files"), needs=VIEW_IMPORTS)

RIGHTS = RightGroup(_("Imports"), (VIEW_IMPORTS, RUN_IMPORTS))
