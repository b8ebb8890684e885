"""Whether the limits of bonuses are used by as much as the orders say that they have used. Reads only."""

from django.db.backends.utils import CursorWrapper

from loyalty.verify.checks import Apart, Found, Mismatch, Piece, Weighed, mismatch
from loyalty.verify.families import Families

_BOOKED = """
    SELECT customer_id, (booking ->> 'bonus')::bigint AS bonus_id, coalesce((booking ->> 'customer')::bigint, 0) AS customer,
        coalesce((booking ->> 'total')::bigint, 0) AS total
    FROM events_transaction, jsonb_array_elements(booked) booking WHERE booked IS NOT NULL
"""
# (customer, table, bonus, what is stored, what the orders say); the limit in total belongs to no customer.
_WRONG = f"""
    WITH booked AS MATERIALIZED ({_BOOKED})
    SELECT customer_id, 'points_bonususe', bonus_id, used.points, coalesce(told.points, 0)
    FROM points_bonususe used FULL JOIN (
        SELECT customer_id, bonus_id, sum(customer)::bigint AS points FROM booked WHERE customer <> 0 GROUP BY 1, 2
    ) told USING (customer_id, bonus_id) WHERE used.points IS DISTINCT FROM coalesce(told.points, 0)
    UNION ALL
    SELECT 0, 'points_bonustotal', bonus_id, used.points, coalesce(told.points, 0)
    FROM points_bonustotal used FULL JOIN (
        SELECT bonus_id, sum(total)::bigint AS points FROM booked WHERE total <> 0 GROUP BY 1
    ) told USING (bonus_id) WHERE used.points IS DISTINCT FROM coalesce(told.points, 0)
    ORDER BY 1, 2, 3
"""


class LimitCheck:
    """Every used limit: `Check` of `points_bonususe` and `points_bonustotal`."""

    name = "limits"
    # It weighs nothing: only orders of bonuses with a limit are looked at, and all of them.
    pieces = (Piece("points_bonususe", "0"),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        cursor.execute(_WRONG)
        rows = cursor.fetchall()
        return Apart(number=len(rows), mismatches=[self._mismatch(*row) for row in rows[:limit]])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])

    def _mismatch(self, customer: int, table: str, bonus: int, stored: int | None, told: int) -> Mismatch:
        return mismatch(self.name, table, (customer, bonus), {"points": stored}, {"points": told})
