from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.permissions import may_configure

from .navigation import Entry, Group

CONTRIBUTIONS = (
    Routes("loyalty.ui.urls"),
    Entry(Group.FOOT, _("Configuration"), "admin:index", "settings-2", allowed=may_configure, shortcut="s"),
)
