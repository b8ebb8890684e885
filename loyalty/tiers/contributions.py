"""What tiers show elsewhere."""

from celery.schedules import crontab

from loyalty.timers import Timer

CONTRIBUTIONS: tuple[object, ...] = (
    # Two minutes after each midnight of the programme, and again each hour: what a night has missed, and changed dates.
    Timer("expire-tiers", "loyalty.tiers.expiry.tasks.expire", crontab(minute=2)),
    Timer("recalculate-tiers", "loyalty.tiers.recalculation.tasks.recalculate", 60.0),
)
