"""The timer that expires what is past its date, set-wise: why not through `record()` is told in ADR 6.

Nothing is kept about how far a run has come: a lot that has expired is no longer due. So a run may end at any point,
and the next one goes on; two at once wait for each other's customers and then find nothing left to do.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from loyalty.accounts.enums import EXPIRING_POINTS, Expiry
from loyalty.accounts.expiry import idle_before
from loyalty.accounts.models import Account
from loyalty.engine.programs import programs
from loyalty.engine.status import DEPARTED
from loyalty.program.queries import general_settings, program_version

# A chunk holds the locks of its customers, for whom the tills wait: never for a second, however busy the machine is.
CHUNK_SECONDS = 0.15
# What takes longer all the same is taken back and done in halves; a customer alone is done however long it takes.
MOST_SECONDS = 0.35
# Between two chunks those who wait get through: for so long, measured by the chunk.
PAUSE = 0.1
# Found at once: what is known of them takes some 50 bytes each.
MOST_CUSTOMERS = 1_000_000
FIRST_LOTS, LEAST_LOTS, MOST_LOTS = 500, 50, 20_000

# Who was active last before `before`. Whoever has points and no date has not been active for as long as dates are kept.
_IDLE = """
    SELECT b.customer_id, b.account_id, b.active_at
    FROM unnest(%(accounts)s::bigint[], %(before)s::timestamptz[], %(unknown)s::boolean[])
        AS rule(account_id, before, unknown) JOIN points_balance b USING (account_id)
    WHERE (b.active_at < rule.before OR (rule.unknown AND b.active_at IS NULL AND b.spendable > 0))
"""
_NOBODY = "SELECT NULL::bigint AS customer_id, NULL::bigint AS account_id WHERE false"
_FIND_DATED = "SELECT customer_id FROM points_lot WHERE remaining > 0 AND expires_at <= %(at)s"
_FIND_IDLE = f"""
    SELECT idle.customer_id FROM ({_IDLE}) idle LEFT JOIN points_lot lot ON lot.customer_id = idle.customer_id
        AND lot.account_id = idle.account_id AND lot.remaining > 0 AND lot.expires_at IS NULL
    WHERE idle.active_at IS NOT NULL OR lot.id IS NOT NULL
"""
# The customers in their order, and how many lots of each are due.
_FIND = """
    SELECT customer_id, count(*) FROM ({}) due WHERE customer_id > %(after)s
    GROUP BY customer_id ORDER BY customer_id LIMIT %(limit)s
"""
_LOCK = "SELECT id FROM customers_customer WHERE id = ANY(%s) AND status <> ALL(%s) ORDER BY id FOR NO KEY UPDATE"
_LIMIT = "SELECT set_config('statement_timeout', coalesce(%s, current_setting('statement_timeout')), true)"
# After the lock, in a statement and so in a snapshot of its own.
_EXPIRE = """
WITH locked AS MATERIALIZED (SELECT customer_id FROM unnest(%(customers)s::bigint[]) AS named(customer_id)),
idle AS MATERIALIZED ({idle}),
due AS MATERIALIZED (
    -- OFFSET keeps it at one look into an index for each customer, whatever the planner believes of the table.
    SELECT lot.* FROM locked CROSS JOIN LATERAL (
        SELECT customer_id, id, account_id, remaining FROM points_lot
        WHERE customer_id = locked.customer_id AND remaining > 0 AND expires_at <= %(at)s OFFSET 0
    ) lot
    UNION ALL
    SELECT lot.* FROM idle CROSS JOIN LATERAL (
        SELECT customer_id, id, account_id, remaining FROM points_lot
        WHERE (customer_id, account_id) = (idle.customer_id, idle.account_id) AND remaining > 0 AND expires_at IS NULL
        OFFSET 0
    ) lot
),
told AS MATERIALIZED (
    SELECT customer_id, account_id, sum(remaining)::bigint AS points, nextval('events_event_id') AS event_id
    FROM due GROUP BY customer_id, account_id
),
events AS (
    INSERT INTO events_event (customer_id, id, action, points, account_id, data, source, source_detail, user_agent,
        occurred_at, recorded_at, program_version)
    SELECT customer_id, event_id, 'point_expire', -points, account_id, jsonb_build_object('points', points), 'timer',
        '', '', %(at)s, %(at)s, %(version)s FROM told
),
entries AS (
    INSERT INTO points_entry (customer_id, event_id, account_id, kind, points, lot_id, recorded_at)
    SELECT customer_id, event_id, account_id, 'expire', -remaining, due.id, %(at)s
    FROM due JOIN told USING (customer_id, account_id)
),
lots AS (
    UPDATE points_lot lot SET remaining = 0, expired = lot.expired + due.remaining
    FROM due WHERE lot.customer_id = due.customer_id AND lot.id = due.id
),
balances AS (
    -- No activity is known any more of those who were idle: the next points start their clock again.
    UPDATE points_balance balance SET expired = balance.expired + moved.points,
        active_at = CASE WHEN moved.is_idle THEN NULL ELSE balance.active_at END
    FROM (
        SELECT customer_id, account_id, coalesce(points, 0) AS points, idle IS DISTINCT FROM NULL AS is_idle
        FROM told FULL JOIN idle USING (customer_id, account_id)
    ) moved
    WHERE balance.customer_id = moved.customer_id AND balance.account_id = moved.account_id
),
recorded AS (
    SELECT customer_id, event_id, 'point_expire' AS action, %(at)s::timestamptz AS occurred_at,
        %(at)s::timestamptz AS recorded_at FROM told
)
"""
# Before it stands what other rooms write of each event.
_COUNT = """
SELECT (SELECT count(*) FROM told), count(*), coalesce(sum(remaining), 0)::bigint FROM due
"""
_EXPIRE_DATED = _EXPIRE.format(idle=_NOBODY)
_EXPIRE_ALL = _EXPIRE.format(idle=f"{_IDLE} AND b.customer_id IN (SELECT customer_id FROM locked)")


@dataclass
class Expired:
    """What a run has done: `events` is one for each customer and account."""

    events: int = 0
    lots: int = 0
    points: int = 0
    chunks: int = 0
    longest_chunk: float = 0.0

    def count(self, events: int, lots: int, points: int, *, seconds: float) -> None:
        self.events += events
        self.lots += lots
        self.points += points
        self.chunks += 1
        self.longest_chunk = max(self.longest_chunk, seconds)


class _Pace:
    """How many lots a chunk may hold, so that it takes about CHUNK_SECONDS on this machine, at this hour."""

    def __init__(self) -> None:
        self.lots = FIRST_LOTS

    def took(self, seconds: float) -> None:
        change = min(max(CHUNK_SECONDS / max(seconds, 0.001), 0.25), 1.5)
        self.lots = min(max(int(self.lots * change), LEAST_LOTS), MOST_LOTS)


def expire_points(*, now: Callable[[], datetime]) -> Expired:
    """Expire what is due, in chunks of customers, each a transaction of its own; nothing while the module is off."""
    done, pace = Expired(), _Pace()
    if EXPIRING_POINTS not in general_settings().modules:
        return done
    for chunk in _chunks(now(), pace):
        waiting = [chunk]
        while waiting:
            customers = waiting.pop()
            started = time.perf_counter()
            found = _in_time(customers, at=now())
            seconds = time.perf_counter() - started
            pace.took(seconds)
            if found is None:
                half = len(customers) // 2
                waiting += [customers[half:], customers[:half]]
                continue
            done.count(*found, seconds=seconds)
            time.sleep(seconds * PAUSE)
    return done


def _in_time(customers: Sequence[int], *, at: datetime) -> tuple[int, int, int] | None:
    """None, with nothing done, if these customers take longer than tills should wait."""
    try:
        return expire_chunk(customers, at=at, seconds=MOST_SECONDS if len(customers) > 1 else None)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled) or len(customers) == 1:
            raise
        return None


def _chunks(at: datetime, pace: _Pace) -> Iterator[list[int]]:
    """The customers of whom something is due, in their order, as many at a time as the pace allows."""
    customers: list[int] = []
    lots = 0
    for customer_id, number in _due(at):
        if customers and lots + number > pace.lots:
            yield customers
            customers, lots = [], 0
        customers.append(customer_id)
        lots += number
    if customers:
        yield customers


def _due(at: datetime) -> Iterator[tuple[int, int]]:
    """Each customer, and how many lots: as of now; what matters is read again under the lock."""
    rules = _idle_rules(at)
    find = _FIND.format(f"{_FIND_DATED} UNION ALL {_FIND_IDLE}" if rules["accounts"] else _FIND_DATED)
    after, found = 0, MOST_CUSTOMERS
    with connection.cursor() as cursor:
        while found == MOST_CUSTOMERS:
            cursor.execute(find, {"at": at, "after": after, "limit": MOST_CUSTOMERS, **rules})
            found = cursor.rowcount
            while rows := cursor.fetchmany(5_000):
                yield from rows
                after = rows[-1][0]


def expire_chunk(customers: Sequence[int], *, at: datetime, seconds: float | None = None) -> tuple[int, int, int]:
    """Lock these customers in their order, then expire what of theirs is due: how many events, lots and points.

    Raises OperationalError if that takes more than so many seconds; waiting for the locks does not count.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(customers), list(DEPARTED)])
        locked = [id for (id,) in cursor.fetchall()]
        rules = _idle_rules(at)
        statement = _EXPIRE_ALL if rules["accounts"] else _EXPIRE_DATED
        cursor.execute(_LIMIT, [None if seconds is None else str(round(seconds * 1000))])
        cursor.execute(_with_others(statement), {"customers": locked, "at": at, "version": program_version(), **rules})
        events, lots, points = cursor.fetchone()
    return events, lots, points


def _with_others(statement: str) -> str:
    """With what the engine's hooks would do of each of these events, as the rooms say it for a set."""
    others = programs.composition.on_recorded_as_set
    return "".join([statement, *(f", other_{place} AS ({one})" for place, one in enumerate(others)), _COUNT])


def _idle_rules(at: datetime) -> dict[str, list[Any]]:
    """Of each account whose points expire some time after the last activity: who is idle, as `_IDLE` reads it."""
    zone = ZoneInfo(settings.TIME_ZONE)
    rules = [(account.id, account.expiry_rule) for account in Account.objects.filter(expiry=Expiry.ACTIVITY)]
    limits = [(id, rule, idle_before(rule, at, zone)) for id, rule in rules if rule]
    over = [(id, rule, before) for id, rule, before in limits if not rule.since or rule.since < before]
    return {
        "accounts": [id for id, _, _ in over],
        "before": [before for _, _, before in over],
        "unknown": [rule.since is not None for _, rule, _ in over],
    }
