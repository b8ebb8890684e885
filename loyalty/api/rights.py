from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right, RightGroup

MANAGE_API_KEYS = Right("api_keys.manage", _("make, change and revoke API keys, which may do what their scopes say"))

RIGHTS = RightGroup(_("API"), (MANAGE_API_KEYS,))
