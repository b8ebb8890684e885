from celery.schedules import crontab

from loyalty.timers import Timer

CONTRIBUTIONS = (Timer("clear-sessions", "loyalty.staff.tasks.clear_sessions", crontab(minute=34)),)
