"""The only writer of customer state: one event or thousands, the same code."""

import random
import time
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, OperationalError

from loyalty.engine.storage.wire import may_retry

from .events import Actor, Incoming
from .mechanism import Outcome
from .naming import in_one_form
from .recording import Recording
from .storage.people import LostRace

# Of many who wait for each other in a ring each attempt lets some through.
ATTEMPTS = 8
# A customer with many old IDs may be merged over and over while an event of theirs waits.
RACES = 100


def record(events: Sequence[Incoming], *, by: Actor, at: datetime) -> list[Outcome]:
    """Record events in their order; one outcome for each.

    One transaction, or a savepoint of the open one: what is returned outside of a transaction is durable. A refused
    event leaves no trace; the others go on. Raises database errors, with nothing written.
    """
    attempts = races = 0
    events = in_one_form(events)
    while True:
        recording = Recording(events, by=by, at=at)
        try:
            return recording.run()
        except LostRace as error:
            # Somebody else has got ahead, each time: the next attempt comes at once.
            races, pause = races + 1, 0.005
            if races == RACES:
                raise OperationalError("Others kept creating or merging the same customers: try again") from error
        except DatabaseError as error:
            attempts, pause = attempts + 1, min(0.02 * 2**attempts, 0.5)
            if attempts == ATTEMPTS or not (may_retry(error) or recording.found_nobody()):
                raise
        time.sleep(random.uniform(0, pause))  # noqa: S311  spreads retries, hides nothing


def record_one(event: Incoming, *, by: Actor, at: datetime) -> Outcome:
    """Record one event; raises Refused with the engine's reason, and else as `record` does."""
    [outcome] = record([event], by=by, at=at)
    if outcome.error:
        raise outcome.error
    return outcome
