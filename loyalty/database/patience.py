"""How long each kind of process may wait for the database, and hold it: the one place that says so."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


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


# A till's statements are planned once for all values: with arrays PostgreSQL would plan them anew each time. Pages send no
# parameters, so theirs are planned for what they ask; a worker's batches fill tables too quickly for plans that stay.
PLANS = " -c plan_cache_mode=force_generic_plan"


def kind_of_process(database_role: str) -> str:
    """`LOYALTY_PROCESS`, which the web server sets; else by what has been started."""
    named = os.environ.get("LOYALTY_PROCESS", "").strip()
    if named in BY_PROCESS:
        return named
    if database_role == "owner":
        return "migration"
    return "worker" if "celery" in Path(sys.argv[0]).parts else "command"


def is_threaded(kind: str) -> bool:
    """Whether several threads of such a process write, of which some must be left for other customers."""
    return kind == "web"


def options(kind: str, *, pooled: bool) -> dict[str, str]:
    """For each connection of such a process. A pooler that hands out connections by transaction takes none: there each
    transaction of the engine says how long it waits, and the pooler for the rest (README)."""
    return {} if pooled else {"options": BY_PROCESS[kind].options() + (PLANS if is_threaded(kind) else "")}


def become(kind: str) -> None:
    """For a process that is forked from one of another kind and has no connection yet. `LOYALTY_PROCESS` names another one."""
    os.environ.setdefault("LOYALTY_PROCESS", kind)
    kind = kind_of_process(settings.DATABASE_ROLE)
    settings.LOYALTY_PATIENCE, settings.LOYALTY_THREADED = BY_PROCESS[kind], is_threaded(kind)
    of_url = settings.ENV.database(settings.DATABASE_ROLE)["OPTIONS"]
    settings.DATABASES["default"]["OPTIONS"] |= options(kind, pooled=settings.ENV.pooled_database) | of_url
