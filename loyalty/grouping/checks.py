"""Who is in a user group against the events that say so. Reads only."""

from django.db.backends.utils import CursorWrapper

from loyalty.verify.checks import Apart, Checks, Found, Mismatch, Piece, Weighed, mismatch
from loyalty.verify.families import Families

_GONE = "(SELECT id FROM customers_customer WHERE status IN ('opted_out', 'banned'))"
_MERGED = '(SELECT source_id FROM customers_merge UNION SELECT "into" FROM customers_merge)'
# (customer, group, the event that the row names, the one that should be). Whoever was merged has been put into groups
# under several profiles: of them only what is left is looked at.
_WRONG = f"""
    WITH told AS (
        SELECT DISTINCT ON (customer_id, data->>'user_group') customer_id, data->>'user_group' AS slug, action, id
        FROM events_event WHERE action IN ('user_group_add', 'user_group_remove')
        ORDER BY customer_id, data->>'user_group', id DESC
    ),
    kept AS (
        SELECT m.customer_id, g.slug, m.event_id FROM grouping_customergroup m JOIN staff_usergroup g ON g.id = m.group_id
    )
    SELECT customer_id, slug, kept.event_id, told.id
    FROM kept FULL JOIN (SELECT * FROM told WHERE action = 'user_group_add') told USING (customer_id, slug)
    WHERE kept.event_id IS DISTINCT FROM told.id AND customer_id NOT IN {_MERGED} AND customer_id NOT IN {_GONE}
    UNION ALL
    SELECT customer_id, slug, event_id, NULL FROM kept
    WHERE customer_id IN {_GONE} OR customer_id IN (SELECT source_id FROM customers_merge)
    ORDER BY 1, 2
"""


class MembershipCheck:
    """Every row, and every event that has made one."""

    name = "user_groups"
    # It weighs nothing: what tells of groups is little beside the other events, and all of it is looked at.
    pieces = (Piece("grouping_customergroup", "0"),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        cursor.execute(_WRONG)
        rows = cursor.fetchall()
        return Apart(number=len(rows), mismatches=[self._mismatch(*row) for row in rows[:limit]])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])

    def _mismatch(self, customer: int, slug: str, stored: int | None, told: int | None) -> Mismatch:
        return mismatch(self.name, "grouping_customergroup", (customer, slug), {"event_id": stored}, {"event_id": told})


CHECKS = Checks((MembershipCheck(),))
