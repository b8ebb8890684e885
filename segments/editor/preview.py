"""What a rule would select now: how many, five of them, and who would enter and leave a segment. One statement, bounded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from customers.directory.search import Count
from customers.models import Customer
from segments.language.compiling import Statement, compile_rule
from segments.language.tree import Rule
from segments.language.vocabulary import Vocabulary
from segments.membership.queries import bound_time
from segments.models import Segment

# Seconds for an exact answer; beyond them the planner's estimate is shown.
PATIENCE = 3
SHOWN = 5


@dataclass(frozen=True)
class Moving:
    """Those who would enter, or leave: the number, and the first of them."""

    number: int = 0
    customers: Sequence[Customer] = ()


@dataclass(frozen=True)
class Preview:
    size: Count
    sample: Sequence[Customer] = ()
    entering: Moving = field(default_factory=Moving)
    leaving: Moving = field(default_factory=Moving)


_PREVIEW = """
    WITH rule (id) AS MATERIALIZED ({rule}),
    member (id) AS (
        SELECT s.customer_id FROM segments_stay s JOIN customers_customer c ON c.id = s.customer_id
        WHERE s.segment_id = %(segment)s AND s.left_at IS NULL AND c.status NOT IN ('opted_out', 'banned', 'merged')
    ),
    entering AS (SELECT id FROM rule EXCEPT SELECT id FROM member),
    leaving AS (SELECT id FROM member EXCEPT SELECT id FROM rule)
    SELECT (SELECT count(*) FROM rule), ARRAY(SELECT id FROM rule ORDER BY id LIMIT %(shown)s),
        (SELECT count(*) FROM entering), ARRAY(SELECT id FROM entering ORDER BY id LIMIT %(shown)s),
        (SELECT count(*) FROM leaving), ARRAY(SELECT id FROM leaving ORDER BY id LIMIT %(shown)s)
"""


def preview_of(rule: Rule, vocabulary: Vocabulary, segment: Segment | None) -> Preview:
    """Exact if that is quick; else an estimate, of nobody in particular."""
    today, zone = timezone.localdate(), ZoneInfo(settings.TIME_ZONE)
    statement = compile_rule(rule, vocabulary, today=today, zone=zone)
    try:
        with transaction.atomic():
            bound_time(PATIENCE)
            return _exact(statement, segment)
    except OperationalError:
        return Preview(Count(_estimate(statement), is_exact=False))


def _exact(statement: Statement, segment: Segment | None) -> Preview:
    params = {**statement.params, "segment": segment.id if segment else 0, "shown": SHOWN}
    with connection.cursor() as cursor:
        cursor.execute(_PREVIEW.format(rule=statement.sql), params)
        size, sample, entering, first_in, leaving, first_out = cursor.fetchone()
    known = Customer.objects.in_bulk({*sample, *first_in, *first_out})
    named = [[known[id] for id in ids if id in known] for ids in (sample, first_in, first_out)]
    return Preview(Count(size), named[0], Moving(entering, named[1]), Moving(leaving, named[2]))


def _estimate(statement: Statement) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.params)
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    rows: int = plan[0]["Plan"]["Plan Rows"]
    return rows
