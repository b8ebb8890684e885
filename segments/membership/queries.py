"""The statements by which members are compared with a rule and changed: one for each segment, whoever it is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from loyalty.engine.status import DEPARTED
from segments.language.compiling import Statement

# A segment is computed by one at a time, and others wait, or are refused.
LOCK_CLASS = 0x5E6
_TRY, _WAIT = "SELECT pg_try_advisory_xact_lock(%s, %s)", "SELECT pg_advisory_xact_lock(%s, %s)"


@dataclass(frozen=True)
class Touched:
    """Customers to whom something has happened, each with the time of what happened last."""

    customers: Sequence[int]
    happened_at: Sequence[datetime]


NOBODY = Touched((), ())


@dataclass(frozen=True)
class Changed:
    """How many the rule selects of those it was asked about, and how many of them entered and left."""

    selected: int
    entered: int
    left: int


# In place of a segment: whoever looks at touched customers, and whoever computes segments in full. One at a time each, so that
# a long computation keeps no more than two workers from other work.
LINE, FULL = -1, -2


def try_to_lock(*segments: int) -> bool:
    """All of them, until the open transaction ends."""
    with connection.cursor() as cursor:
        for segment in segments:
            cursor.execute(_TRY, [LOCK_CLASS, segment])
            if not cursor.fetchone()[0]:
                return False
    return True


def lock(segments: Sequence[int], *, patience: int) -> None:
    """In their order, so that two who wait do not wait for each other. Raises OperationalError after so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{patience}s"])
        for segment in sorted(segments):
            cursor.execute(_WAIT, [LOCK_CLASS, segment])


_HOLD = "SELECT id FROM segments_segment WHERE id = ANY(%s) AND status = 'active' FOR SHARE NOWAIT"


def hold_active(segments: Sequence[int]) -> Sequence[int]:
    """Those of them that are active, and stay so until the open transaction ends: whoever archives one waits, and then finds
    all of its members. Raises OperationalError if one is being changed now, whose members that change may have to end."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [list(segments)])
        return [id for (id,) in cursor.fetchall()]


def bound_time(seconds: int) -> None:
    """Of the statements to come in the open transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])


# The differences are of sets, which are hashed: an anti-join with the table that is being filled would read it for each row.
_CHANGE = """
    WITH found (id) AS MATERIALIZED ({rule}), {moments}
    member (id) AS MATERIALIZED (
        SELECT s.customer_id FROM segments_stay s WHERE s.segment_id = %(segment)s AND s.left_at IS NULL {only}
    ),
    fresh (id) AS MATERIALIZED (SELECT id FROM found EXCEPT SELECT id FROM member),
    gone (id) AS MATERIALIZED (SELECT id FROM member EXCEPT SELECT id FROM found),
    entering AS (
        INSERT INTO segments_stay (customer_id, segment_id, since, entered_at, told_of_entering, told_of_leaving)
        SELECT fresh.id, %(segment)s, {entering_at}, %(at)s, %(told)s, %(told)s FROM fresh RETURNING 1
    ),
    leaving AS (
        UPDATE segments_stay s SET left_at = greatest(%(at)s, s.entered_at), until = greatest({leaving_at}, s.since)
        FROM gone WHERE s.customer_id = gone.id AND s.segment_id = %(segment)s AND s.left_at IS NULL RETURNING 1
    )
    SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM entering), (SELECT count(*) FROM leaving)
"""
# Where nobody is in it there is nothing to compare with: a segment that is computed for the first time.
_ANYBODY = "SELECT EXISTS (SELECT 1 FROM segments_stay WHERE segment_id = %s AND left_at IS NULL)"
_FILL = """
    INSERT INTO segments_stay (customer_id, segment_id, since, entered_at, told_of_entering, told_of_leaving)
    SELECT found.id, %(segment)s, %(since)s, %(at)s, %(told)s, %(told)s FROM ({rule}) AS found (id)
"""
_MOMENT = "coalesce((SELECT m.at FROM moment m WHERE m.id = {}), %(at)s)"


def change_members(
    segment: int, statement: Statement, *, at: datetime, since: datetime, told: bool, touched: Touched | None = None
) -> Changed:
    """Let those in and out whom the statement tells. `since`: when it became so, unless `touched` say.

    The segment's lock is held: nobody else lets anybody in meanwhile.
    """
    params = {**statement.params, "segment": segment, "at": at, "since": since, "told": told}
    places = {"moments": "", "entering_at": "%(since)s", "leaving_at": "%(since)s", "only": ""}
    if touched is not None:
        params |= {"customers": list(touched.customers), "moments": list(touched.happened_at)}
        places = {
            "moments": "moment (id, at) AS (SELECT * FROM unnest(%(customers)s::bigint[], %(moments)s::timestamptz[])),",
            "entering_at": _MOMENT.format("fresh.id"),
            "leaving_at": _MOMENT.format("s.customer_id"),
            "only": "AND s.customer_id = ANY(%(customers)s::bigint[])",
        }
    with connection.cursor() as cursor:
        if touched is None and not _is_anybody_in(cursor, segment):
            cursor.execute(_FILL.format(rule=statement.sql), params)
            return Changed(selected=cursor.rowcount, entered=cursor.rowcount, left=0)
        cursor.execute(_CHANGE.format(rule=statement.sql, **places), params)
        return Changed(*cursor.fetchone())


def _is_anybody_in(cursor: CursorWrapper, segment: int) -> bool:
    cursor.execute(_ANYBODY, [segment])
    return bool(cursor.fetchone()[0])


# The locks wait for whoever is being erased now, and read what has become of them; whoever is erased from then on waits in
# `erase_segments` for the end of the computation. Tills wait for neither.
_COUNTED = "SELECT 1 FROM segments_computation WHERE segment_id = ANY(%s) ORDER BY segment_id FOR NO KEY UPDATE"
_FORGET = """
    WITH let_in AS MATERIALIZED (
        SELECT s.segment_id, s.customer_id, s.id, c.status
        FROM segments_stay s JOIN customers_customer c ON c.id = s.customer_id
        WHERE s.segment_id = ANY(%(segments)s) AND s.left_at IS NULL AND s.entered_at = %(at)s FOR KEY SHARE OF c
    ), gone AS (
        DELETE FROM segments_stay s USING let_in one WHERE s.customer_id = one.customer_id AND s.id = one.id
            AND one.status = ANY(%(departed)s) RETURNING s.segment_id
    ) SELECT segment_id, count(*) FROM gone GROUP BY segment_id
"""


def forget_departed(segments: Sequence[int], *, at: datetime) -> Mapping[int, int]:
    """Of those whom the open transaction has let in at this instant, out with who has departed since it looked: how many of
    each segment."""
    with connection.cursor() as cursor:
        # Before the customers: whoever erases one counts them out first, and then looks for those who were referred.
        cursor.execute(_COUNTED, [list(segments)])
        cursor.execute(_FORGET, {"segments": list(segments), "at": at, "departed": sorted(DEPARTED)})
        return dict(cursor.fetchall())


_TAKE = """
    WITH taken AS (
        DELETE FROM segments_touch WHERE (customer_id, id) IN (
            SELECT customer_id, id FROM segments_touch ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
        ) RETURNING customer_id, happened_at
    )
    SELECT coalesce(m.survivor_id, t.customer_id), max(t.happened_at) FROM taken t
    LEFT JOIN customers_merge m ON m.source_id = t.customer_id GROUP BY 1
    UNION SELECT t.customer_id, max(t.happened_at) FROM taken t GROUP BY 1
"""


def take_touched(limit: int) -> Touched:
    """Out of the line, for good once the transaction is committed; of a merged profile the survivor as well."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        found = dict(cursor.fetchall())
    return Touched(list(found), list(found.values()))


_KEEP_SIZES = """
    INSERT INTO segments_size (segment_id, day, members)
    SELECT c.segment_id, %s, c.members FROM segments_computation c JOIN segments_segment s ON s.id = c.segment_id
    WHERE s.status <> 'archived' AND c.computed_at IS NOT NULL
    ON CONFLICT (segment_id, day) DO UPDATE SET members = excluded.members
"""


def keep_sizes(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_SIZES, [day])
