"""Web and workers, as `serve` runs them. What all of them need is loaded once, before they are forked from it."""

import gc
import multiprocessing
import os
import sys
from functools import partial
from importlib import import_module

import celery.__main__
from django.conf import settings
from django.template import engines
from django.urls import get_resolver
from granian.cli import entrypoint

from loyalty.celery import app
from loyalty.database import patience
from loyalty.environment import Environment
from loyalty.timers import LONG

from .supervisor import Program

WEB = "--interface wsgi --workers 2 --blocking-threads 4 --no-ws --respawn-failed-workers --log-level info"
WORKER = "--quiet --app loyalty worker --loglevel WARNING --without-gossip --without-mingle"
# What is short needs no process for itself, which only a task that hangs would have to be ended in.
SHORT_TASKS = "--queues celery --hostname short@%h --pool threads --concurrency 2"
LONG_TASKS = f"--queues {LONG} --hostname long@%h --concurrency 2"
# Loaded by Celery when a worker or the clock starts, and by Django when it draws its first page.
LATE = (
    *("celery.app.amqp", "celery.app.control", "celery.app.events", "celery.app.log", "celery.app.routes"),
    *("celery.bin.celery", "celery.apps.worker", "celery.backends.base", "celery.beat", "celery.contrib.django.task"),
    *("celery.concurrency.prefork", "celery.concurrency.thread", "celery.events.dispatcher", "celery.events.receiver"),
    *("celery.worker.autoscale", "celery.worker.components", "celery.worker.consumer", "celery.worker.strategy"),
    *("celery.worker.consumer.delayed_delivery", "billiard.popen_fork", "billiard.heap", "billiard.sharedctypes"),
    *("billiard.synchronize", "cffi.cparser"),
    *("kombu.transport.redis", "kombu.mixins", "kombu.utils.scheduling", "dbm.dumb", "whitenoise.storage"),
    *("django.contrib.messages.storage.fallback", "django.contrib.sessions.serializers", "django_cotton.cotton_loader"),
)


def load() -> None:
    """Nothing that holds a connection or starts a thread."""
    app.loader.import_default_modules()
    app.finalize()
    get_resolver(settings.ROOT_URLCONF).url_patterns  # noqa: B018  loads all that answers
    for module in LATE:
        import_module(module)
    engines.all()
    gc.collect()
    # The collector writes to all that it looks through, and what is written to is shared no more.
    gc.freeze()


def of(environment: Environment) -> list[Program]:
    address = ["--host", environment.host, "--port", str(environment.port)]
    return [
        Program("web", partial(_web, [*WEB.split(), *address, "loyalty.wsgi:application"])),
        Program("worker", partial(_work, [*WORKER.split(), *SHORT_TASKS.split()])),
        Program("long", partial(_work, [*WORKER.split(), *LONG_TASKS.split()])),
    ]


def _web(arguments: list[str]) -> None:
    patience.become("web")
    # Loaded by each web worker otherwise.
    import_module("loyalty.wsgi")
    if sys.platform == "linux":
        # Elsewhere Python itself advises against it.
        multiprocessing.set_start_method("fork", force=True)
    sys.argv = ["granian", *arguments]
    entrypoint()


def _work(arguments: list[str]) -> None:
    patience.become("worker")
    # Celery's start would run Django's checks, whose answers it drops: what they look at would be shared no more.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
    # What a worker starts itself with again at SIGHUP.
    sys.argv = [celery.__main__.__file__, *arguments]
    celery.__main__.main()
