from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from loyalty.api.rights import MANAGE_API_KEYS, RIGHTS
from loyalty.http.routes import Routes
from loyalty.staff.roles.rights import ConfigurationPages
from loyalty.timers import Timer
from loyalty.ui.navigation import Entry, Group

from .codes import CODES

CONTRIBUTIONS: tuple[object, ...] = (
    CODES,
    RIGHTS,
    ConfigurationPages("staff.apikey", MANAGE_API_KEYS),
    Routes("loyalty.api.docs.urls"),
    Routes("loyalty.api.entities.urls"),
    Entry(Group.FOOT, _("Developers"), "developers", "code-xml", shortcut="d"),
    Timer("saved-answers", "loyalty.api.once.tasks.purge_answers", crontab(minute=24)),
)
