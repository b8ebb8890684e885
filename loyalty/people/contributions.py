"""What the pages of people and roles show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.models import StaffRole
from loyalty.staff.rights import MANAGE_STAFF
from loyalty.ui.navigation import Entry, Group

from .groups.contributions import CONTRIBUTIONS as GROUPS

CONTRIBUTIONS = (
    OperationLabels(_("Roles"), {"role.save": _("Role changed"), "role.delete": _("Role deleted")}),
    SubjectKind("role", _("Role"), StaffRole, name="name"),
    Routes("loyalty.people.urls"),
    *GROUPS,
    Entry(Group.FOOT, _("Roles"), "roles:list", "shield-check", MANAGE_STAFF, shortcut="r"),
)
