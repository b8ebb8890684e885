from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from loyalty.http.routes import Routes
from loyalty.staff.permissions import Right
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .codes import CODES

CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    Routes("loyalty.api.docs.urls"),
    Routes("loyalty.api.entities.urls"),
    Entry(Group.FOOT, _("Developers"), "developers", "code-xml", Right.VIEW_CUSTOMERS, shortcut="d"),
    Timer("saved-answers", "loyalty.api.once.tasks.purge_answers", crontab(minute=24)),
)
