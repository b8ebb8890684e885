from celery.schedules import crontab

from loyalty.timers import Timer

from .audit.labels import AUDIT

CONTRIBUTIONS = (Timer("clear-sessions", "loyalty.staff.tasks.clear_sessions", crontab(minute=34)), *AUDIT)
