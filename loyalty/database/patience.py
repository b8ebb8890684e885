"""How long each kind of process may wait for the database, and hold it: the one place that says so."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Patience:
    """In seconds; 0 is without a limit."""

    lock: float
    """For a lock that somebody else holds."""
    statement: float
    """For one statement."""
    idle: float
    """With an open transaction and nothing to do: whoever hangs there holds others up, and is ended."""

    def limits(self) -> dict[str, str]:
        """As PostgreSQL names them, in milliseconds."""
        seconds = (self.lock, self.statement, self.idle)
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        return {name: str(round(value * 1000)) for name, value in zip(names, seconds, strict=True)}

    def options(self) -> str:
        """For the start of a connection."""
        return " ".join(f"-c {name}={value}" for name, value in self.limits().items())


# An answer within 3 seconds, so that a till or a person is told rather than left waiting: twice as long as a lock, since
# who is not the first waits for the place in front and then for the row. A list has 3 seconds of its own (`api.timeout`).
# A worker has as long as its task, an import's chunk among it. A migration that waits for a table
# holds up everybody behind it.
BY_PROCESS = {
    "web": Patience(lock=1.4, statement=15, idle=10),
    "worker": Patience(lock=30, statement=240, idle=60),
    "command": Patience(lock=60, statement=0, idle=300),
    "migration": Patience(lock=5, statement=0, idle=300),
}


def kind_of_process(database_role: str) -> str:
    """`LOYALTY_PROCESS`, which the web server sets; else by what has been started."""
    named = os.environ.get("LOYALTY_PROCESS", "").strip()
    if named in BY_PROCESS:
        return named
    if database_role == "owner":
        return "migration"
    return "worker" if "celery" in Path(sys.argv[0]).parts else "command"
