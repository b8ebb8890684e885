"""What goes into the report: medians, ratios, and what they were measured on."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

import psycopg

PACKAGES = ("django", "djangorestframework", "granian", "msgspec", "psycopg")


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    return {
        "median": round(median(values), digits),
        "min": round(min(values), digits),
        "max": round(max(values), digits),
    }


def ratios(ours: Sequence[float], floor: Sequence[float]) -> dict[str, float]:
    """Of each round's pair, which was measured in the same minute."""
    return spread([mine / least for mine, least in zip(ours, floor, strict=True)], 3)


def counted(number: int, what: str) -> str:
    """As a key of the report: 8_clients."""
    return f"{number}_{what}" if number == 1 else f"{number}_{what}s"


def goal(least: float, seen: dict[str, float]) -> dict[str, Any]:
    return {"at_least": least, "met": seen["median"] >= least}


def machine(raw: "psycopg.Connection[Any]") -> dict[str, Any]:
    row = raw.execute("SHOW server_version").fetchone()
    settings = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")
    shown = {name: (raw.execute(f"SHOW {name}".encode()).fetchone() or [None])[0] for name in settings}
    return {
        "cpus": os.cpu_count(),
        "load_average": load(),
        "python": platform.python_version(),
        "postgresql": row[0] if row else None,
        "postgresql_settings": shown,
        "packages": {name: version(name) for name in PACKAGES},
    }


def is_busy() -> bool:
    """Others work on the machine: a rate says little then, and processor time per unit is what can be compared."""
    return load()[0] > (os.cpu_count() or 1)


def load() -> list[float]:
    return [round(value, 2) for value in os.getloadavg()]
