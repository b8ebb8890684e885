from django.utils.translation import gettext_lazy as _

from loyalty.staff.roles.rights import Right

# In the group of points, which are counted in accounts.
CONFIGURE_ACCOUNTS = Right("accounts.configure", _("configure accounts and how points are earned"))
