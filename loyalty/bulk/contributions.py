"""What bulk requests show elsewhere."""

from celery.schedules import crontab
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.audit.kinds import OperationLabels, SubjectKind
from loyalty.staff.sight import sees_all_records
from loyalty.timers import LongTask, Timer
from loyalty.ui.navigation import Entry, Group

from .models import BulkRequest
from .rights import RIGHTS, VIEW_BULK
from .waking import CALLBACKS, TASK


def _page(key: str, customer: int | None) -> str:
    return reverse("bulk:request", args=[key])


CONTRIBUTIONS: tuple[object, ...] = (
    RIGHTS,
    Routes("loyalty.bulk.urls"),
    Entry(Group.DATA, _("Bulk requests"), "bulk:list", "layers", VIEW_BULK, shortcut="b", allowed=sees_all_records),
    LongTask(TASK),
    # Another system may take ten seconds: the short tasks do not wait for it.
    LongTask(CALLBACKS),
    # Whose worker has died goes on within seconds.
    Timer("resume-bulk-requests", "loyalty.bulk.tasks.resume_requests", 3.0),
    Timer("resume-callbacks", "loyalty.bulk.callbacks.tasks.resume_callbacks", 30.0),
    Timer("forget-bulk-requests", "loyalty.bulk.tasks.forget_requests", crontab(minute=44)),
    OperationLabels(_("Bulk requests"), {"bulk.download_errors": _("Errors of a bulk request downloaded")}),
    SubjectKind("bulk", _("Bulk request"), BulkRequest, name="batch", page=_page),
)
