"""What the audit trail shows elsewhere."""

from django.utils.translation import gettext_lazy as _

from customers.profile.frame import ProfileTab
from loyalty.http.routes import Routes
from loyalty.staff.audit.kinds import OperationLabels
from loyalty.staff.rights import VIEW_AUDIT
from loyalty.ui.navigation import Entry, Group

CONTRIBUTIONS = (
    Routes("loyalty.trail.urls"),
    Entry(Group.DATA, _("Audit trail"), "audit:list", "scroll-text", VIEW_AUDIT, shortcut="a"),
    ProfileTab(_("Staff actions"), "audit:customer", 95, VIEW_AUDIT),
    OperationLabels(_("Audit trail"), {"audit.export": _("Audit trail exported")}, lambda: {"filters": _("Filters")}),
)
