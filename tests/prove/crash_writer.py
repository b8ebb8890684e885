"""Records checkouts until told to stop, and notes each one that was acknowledged. Run by test_crash.py."""

import os
import sys
import time
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "loyalty.settings"
django.setup()

from django.db import Error, connection
from django.utils import timezone

from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record


def acknowledged(customer: str, transaction_id: str) -> bool:
    """Whether the checkout is recorded; False while nobody answers."""
    event = Incoming(customer, "checkout", {"transaction_id": transaction_id, "total": "10"})
    try:
        outcome = record([event], by=Actor(source="api"), at=timezone.now())[0]
    except Error:
        connection.close()
        time.sleep(0.05)
        return False
    # 5003: recorded before the answer was lost.
    return outcome.error is None or outcome.error.code == 5003


def main(number: str, folder: Path) -> None:
    with (folder / f"acknowledged-{number}").open("a") as notes:
        for count in range(10**9):
            transaction_id = f"{number}-{count}"
            while not acknowledged(f"customer-{count % 50}", transaction_id):
                if (folder / "stop").exists():
                    return
            notes.write(f"{transaction_id}\n")
            notes.flush()
            if (folder / "stop").exists():
                return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
