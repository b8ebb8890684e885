"""Whether the members of segments are those whom their rules select. Reads only.

A rule is compiled as the computation does it; that it selects the right ones is for the tests to prove. What is found here is
a member whom no computation has let in or out: customers who are still in line are left out.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from loyalty.verify.checks import Apart, Checks, Found, Mismatch, Piece, Weighed, mismatch
from loyalty.verify.families import Families

from .language.compiling import compile_rule
from .language.vocabulary import Vocabulary, read_vocabulary
from .membership.plan import Planned, planned_segments

_WRONG = """
    WITH rule (id) AS ({rule}),
    member (id) AS (SELECT customer_id FROM segments_stay WHERE segment_id = %(segment)s AND left_at IS NULL)
    SELECT id, member.id IS NOT NULL, rule.id IS NOT NULL FROM rule FULL JOIN member USING (id)
    WHERE (member.id IS NULL OR rule.id IS NULL) AND id NOT IN (SELECT customer_id FROM segments_touch) ORDER BY id
"""


class MemberCheck:
    """Every open stay: `Check` of `segments_stay`."""

    name = "segments"
    # It weighs nothing: who is a member is no sum.
    pieces = (Piece("segments_stay", "0"),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        vocabulary = read_vocabulary()
        found = [one for planned in planned_segments(vocabulary) for one in _wrong(cursor, planned, vocabulary)]
        return Apart(number=len(found), mismatches=found[:limit])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])


def _wrong(cursor: CursorWrapper, planned: Planned, vocabulary: Vocabulary) -> Iterator[Mismatch]:
    """As of the day of its last complete computation; one that is due has none."""
    computation = planned.computation
    if planned.rule is None or computation.is_due or computation.computed_for is None:
        return
    zone = ZoneInfo(settings.TIME_ZONE)
    statement = compile_rule(planned.rule, vocabulary, today=computation.computed_for, zone=zone)
    cursor.execute(_WRONG.format(rule=statement.sql), {**statement.params, "segment": planned.segment.id})
    for customer, is_member, belongs in cursor.fetchall():
        key = (customer, planned.segment.slug)
        yield mismatch("segments", "segments_stay", key, {"is_member": is_member}, {"is_member": belongs})


CHECKS = Checks((MemberCheck(),))
