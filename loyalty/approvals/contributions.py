"""What approvals show elsewhere."""

from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.intake.staff import BY_HAND
from loyalty.program.operations import PROGRAM
from loyalty.staff.audit.deeds import Gate
from loyalty.ui.navigation import Entry, Group

from .effects import Figures
from .figures import figures_of
from .operations import hold
from .rights import RIGHTS

CONTRIBUTIONS = (
    RIGHTS,
    Gate(hold),
    # Of rooms below this one.
    BY_HAND,
    PROGRAM,
    Figures(figures_of),
    Routes("loyalty.approvals.urls"),
    Entry(Group.LOYALTY, _("Approvals"), "approvals:list", "clipboard-check", shortcut="v"),
)
