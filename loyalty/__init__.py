"""The program: settings, and the mechanisms that turn events into loyalty."""

from loyalty.celery import app as celery_app

__all__ = ["celery_app"]
