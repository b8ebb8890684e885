from celery.schedules import crontab

from loyalty.timers import Timer

from .audit.labels import AUDIT
from .rights import RIGHTS, VIEW_VERIFICATIONS
from .roles.rights import ConfigurationPages

CONTRIBUTIONS = (
    RIGHTS,
    # Of a room below this one.
    ConfigurationPages("points.verification", VIEW_VERIFICATIONS),
    Timer("clear-sessions", "loyalty.staff.tasks.clear_sessions", crontab(minute=34)),
    *AUDIT,
)
