"""The task queue. Tasks only wake workers: arguments are row ids, state is in PostgreSQL, losing the queue loses nothing."""

import os
from pathlib import Path

from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")

# Our own packages, the apps that are to come among them.
ROOTS = frozenset({"loyalty", "customers", "events", "rewards", "coupons", "segments"})


def rooms_with_tasks() -> list[str]:
    """Every package with a `tasks.py`, rooms inside rooms too: by itself, Celery looks at the apps alone."""
    found = set[str]()
    for config in apps.get_app_configs():
        if config.name.partition(".")[0] in ROOTS:
            for file in Path(config.path).rglob("tasks.py"):
                found.add(".".join((config.name, *file.parent.relative_to(config.path).parts)))
    return sorted(found)


app = Celery("loyalty")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(rooms_with_tasks)
