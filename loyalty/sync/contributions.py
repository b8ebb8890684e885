from loyalty.timers import Timer

CONTRIBUTIONS = (Timer("sweep-outbox", "loyalty.sync.tasks.sweep_outbox", 30.0),)
