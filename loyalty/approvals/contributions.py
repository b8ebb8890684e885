"""What approvals show elsewhere."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.intake.staff import BY_HAND
from loyalty.program.operations import PROGRAM
from loyalty.staff.audit.deeds import Gate
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .effects import Figures
from .figures import figures_of
from .models import ChangeRequest
from .notices.queries import count_for
from .operations import hold
from .rights import RIGHTS


def _page(key: str, customer: int | None) -> str:
    return reverse("approvals:review", args=[key])


CONTRIBUTIONS = (
    RIGHTS,
    OperationLabels(
        _("Approvals"),
        {
            Note.CHANGE_REQUESTED: _("Change requested"),
            "change.approve": _("Change approved"),
            "change.reject": _("Change rejected"),
            "change.return": _("Change sent back"),
            "change.withdraw": _("Change withdrawn"),
            "approvals.save": _("What needs an approval changed"),
            "approvals.save_notices": _("Own notices of approvals changed"),
        },
        lambda: {
            "operation": _("Operation"),
            "status": _("Status"),
            "kinds": _("Kinds of change"),
            "mode": _("E-mails"),
            "hours": _("Hours between them"),
        },
    ),
    SubjectKind("change", _("Change"), ChangeRequest, page=_page),
    SubjectKind("approvals", _("Approvals")),
    Gate(hold),
    # Of rooms below this one.
    BY_HAND,
    PROGRAM,
    Figures(figures_of),
    Routes("loyalty.approvals.urls"),
    Entry(Group.LOYALTY, _("Approvals"), "approvals:list", "clipboard-check", shortcut="v", count=count_for),
    Timer("approval-notices", "loyalty.approvals.notices.tasks.send", 300.0),
)
