from celery.schedules import crontab

from loyalty.timers import Timer

CONTRIBUTIONS = (Timer("verify", "loyalty.verify.tasks.verify", crontab(hour=3, minute=10), is_long=True),)
