"""The task queue. Tasks only wake workers: arguments are row ids, state is in PostgreSQL, losing the queue loses nothing."""

import os
from pathlib import Path

from celery import Celery

from loyalty.database.tables import our_apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")


def rooms_with_tasks() -> list[str]:
    """Every package with a `tasks.py`, rooms inside rooms too: by itself, Celery looks at the apps alone."""
    found = set[str]()
    for config in our_apps():
        for file in Path(config.path).rglob("tasks.py"):
            found.add(".".join((config.name, *file.parent.relative_to(config.path).parts)))
    return sorted(found)


app = Celery("loyalty")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(rooms_with_tasks)
