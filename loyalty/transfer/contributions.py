"""What imports show elsewhere."""

from celery.schedules import crontab
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.intake.rights import RIGHTS, RUN_IMPORTS, VIEW_IMPORTS
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.roles.rights import Uploads
from loyalty.timers import LongTask, Timer
from loyalty.ui.navigation import Entry, Group

from .files.store import MAX_SIZE
from .models import ImportJob


def _page(key: str, customer: int | None) -> str:
    return reverse("transfer:import", args=[key])


CONTRIBUTIONS = (
    RIGHTS,
    Uploads(RUN_IMPORTS, MAX_SIZE),
    Routes("loyalty.transfer.urls"),
    Entry(Group.DATA, _("Imports"), "transfer:imports", "upload", VIEW_IMPORTS, shortcut="i"),
    LongTask("loyalty.transfer.tasks.run_import"),
    Timer("resume-imports", "loyalty.transfer.tasks.resume_imports", 30.0),
    # With the lease that a worker holds, an import stands still for less than 15 seconds when its worker dies.
    Timer("take-over-imports", "loyalty.transfer.tasks.take_over_imports", 2.0),
    Timer("forget-imports", "loyalty.transfer.tasks.forget_imports", crontab(minute=34)),
    OperationLabels(
        _("Imports"),
        {
            "import.start": _("Import uploaded"),
            "import.confirm": _("Import started"),
            "import.count_again": _("Import counted again"),
            "import.cancel": _("Import cancelled"),
            "import.download_refused": _("Refused rows downloaded"),
        },
        lambda: {"model": _("Rows of")},
    ),
    SubjectKind(
        "import",
        _("Import"),
        ImportJob,
        name="file_name",
        page=_page,
    ),
)
