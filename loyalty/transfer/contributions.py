"""What imports show elsewhere."""

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.intake.rights import RIGHTS, VIEW_IMPORTS
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

CONTRIBUTIONS = (
    RIGHTS,
    Routes("loyalty.transfer.urls"),
    Entry(Group.DATA, _("Imports"), "transfer:imports", "upload", VIEW_IMPORTS, shortcut="i"),
    Timer("resume-imports", "loyalty.transfer.tasks.resume_imports", 30.0),
    # With the lease that a worker holds, an import stands still for less than 15 seconds when its worker dies.
    Timer("take-over-imports", "loyalty.transfer.tasks.take_over_imports", 2.0),
    Timer("forget-imports", "loyalty.transfer.tasks.forget_imports", crontab(minute=34)),
)
