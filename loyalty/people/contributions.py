"""What the pages of people and roles show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.rights import MANAGE_STAFF
from loyalty.ui.navigation import Entry, Group

CONTRIBUTIONS = (
    Routes("loyalty.people.urls"),
    Entry(Group.FOOT, _("Roles"), "roles:list", "shield-check", MANAGE_STAFF, shortcut="r"),
)
