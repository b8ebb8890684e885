"""Of the way in by files: below the rooms whose pages lead to it."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from loyalty.staff.models import User
from loyalty.staff.permissions import may
from loyalty.staff.roles.rights import Right, RightGroup
from loyalty.staff.sight import sight_of

VIEW_IMPORTS = Right("imports.view", _("see imports and what they refused"))
RUN_IMPORTS = Right("imports.run", _("import files"), needs=VIEW_IMPORTS)

RIGHTS = RightGroup(_("Imports"), (VIEW_IMPORTS, RUN_IMPORTS))


def may_import(user: User | AnonymousUser) -> bool:
    """A file may hold every field, of any record, so whoever imports sees all of them."""
    return may(user, RUN_IMPORTS) and sight_of(user).is_everything
