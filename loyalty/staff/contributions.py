from celery.schedules import crontab

from loyalty.timers import Timer

from .rights import RIGHTS, VIEW_AUDIT, VIEW_VERIFICATIONS
from .roles.rights import ConfigurationPages

CONTRIBUTIONS = (
    RIGHTS,
    ConfigurationPages("staff.auditentry", VIEW_AUDIT),
    # Of a room below this one.
    ConfigurationPages("points.verification", VIEW_VERIFICATIONS),
    Timer("clear-sessions", "loyalty.staff.tasks.clear_sessions", crontab(minute=34)),
)
