"""Other processes on the database of this test."""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("child.py")


def environment() -> dict[str, str]:
    chosen = connection.settings_dict
    where = {"host": chosen["HOST"], "user": chosen["USER"], "password": chosen["PASSWORD"]}
    if chosen["PORT"]:
        where["port"] = chosen["PORT"]
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "loyalty.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"postgresql:///{quote(chosen['NAME'])}?{urlencode(where)}",
        "REDIS_URL": settings.ENV.redis_url,
        "SECRET_KEY": settings.SECRET_KEY,
        "LOYALTY_DATA_DIR": str(Path(settings.MEDIA_ROOT).parent),
        "LOYALTY_DATABASE_ROLE": "app",
    }


def start_child(*arguments: object) -> "subprocess.Popen[str]":
    """The worker of `child.py`, when it has begun."""
    [process] = start_children(1, *arguments)
    return process


def start_children(number: int, *arguments: object) -> "list[subprocess.Popen[str]]":
    """So many at once: to start a process may take longer than its work, and one after the other would not meet."""
    processes = [_spawn(*arguments) for _ in range(number)]
    for process in processes:
        _wait_until_ready(process)
        assert process.stdout is not None
        process.stdout.close()
    return processes


def start_telling_child(*arguments: object) -> "subprocess.Popen[str]":
    """The same for one that has more to say than that it has begun."""
    process = _spawn(*arguments)
    _wait_until_ready(process)
    return process


def _spawn(*arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, str(CHILD), *map(str, arguments)]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


def _wait_until_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def start_worker(level: str = "warning", log: IO[bytes] | None = None) -> "subprocess.Popen[bytes]":
    """Celery's own worker."""
    command = [sys.executable, "-m", "celery", "-A", "loyalty", "worker", "-P", "solo", "-l", level]
    return subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=log, stderr=log)


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
