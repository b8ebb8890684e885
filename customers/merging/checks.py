"""Whether each merge is complete: what was merged away is nowhere but in the survivor. Reads only."""

from django.db.backends.utils import CursorWrapper

from loyalty.verify.checks import Apart, Found, Mismatch, Piece, Weighed, mismatch
from loyalty.verify.families import Families

_MERGED = "unnest(%(sources)s::bigint[], %(survivors)s::bigint[]) AS merged(source, survivor)"


def _left_behind(table: str, key: str) -> str:
    """Rows that should have gone to the survivor."""
    return f"""
        SELECT stays.customer_id, '{table}', stays.{key}::text, 'customer_id', stays.customer_id::text, survivor::text
        FROM {_MERGED} JOIN {table} stays ON stays.customer_id = source
    """


# (customer, table, the rest of the key, column, what is stored, what should be). Values of identities are personal:
# they are named by the profile whose they are, and their scheme.
_WRONG = f"""
    SELECT source, 'customers_merge', NULL, 'survivor_id', survivor_id::text, survivor::text
    FROM {_MERGED} JOIN customers_merge ON source_id = source WHERE survivor_id <> survivor
    UNION
    SELECT source, 'customers_customer', NULL, 'status', status, 'merged'
    FROM {_MERGED} JOIN customers_customer ON id = source WHERE status <> 'merged'
    UNION
    SELECT id, 'customers_customer', NULL, 'status', status, NULL
    FROM customers_customer WHERE status = 'merged' AND id <> ALL(%(sources)s::bigint[])
    UNION
    SELECT source, 'customers_identity', scheme, 'customer_id', customer_id::text, survivor::text
    FROM {_MERGED} JOIN customers_identity ON customer_id = source OR origin_id = source AND customer_id <> survivor
    UNION
    SELECT source, 'customers_identity', 'id', 'customer_id', i.customer_id::text, survivor::text
    FROM {_MERGED} JOIN customers_customer c ON c.id = source
    LEFT JOIN customers_identity i ON i.scheme = 'id' AND i.value = c.public_id
    WHERE survivor <> ALL(%(left)s::bigint[]) AND i.customer_id IS DISTINCT FROM survivor
    UNION {_left_behind("points_balance", "account_id")}
    UNION {_left_behind("points_pending", "id")}
    UNION {_left_behind("points_bonususe", "bonus_id")}
    UNION {_left_behind("events_transaction", "id")}
    ORDER BY 1, 2, 3
"""


class MergeCheck:
    """Every merge: `Check` of `customers_merge`, and of all that should have gone to the survivor."""

    name = "merges"
    # It weighs nothing: what belongs to merges is looked at in any case.
    pieces = (Piece("customers_merge", "0", "source_id"),)

    def apart(self, cursor: CursorWrapper, *, families: Families, seed: int, limit: int) -> Apart:
        survivors = families.survivors
        cursor.execute(_WRONG, {"sources": [*survivors], "survivors": [*survivors.values()], "left": [*families.left]})
        rows = cursor.fetchall()
        return Apart(number=len(rows), mismatches=[self._mismatch(*row) for row in rows[:limit]])

    def found(self, cursor: CursorWrapper, *, weighed: Weighed, apart: Apart, limit: int) -> Found:
        return Found(weighed.compared, apart.number, [*apart.mismatches])

    def _mismatch(
        self, customer: int, table: str, rest: str | None, column: str, stored: str, recomputed: str
    ) -> Mismatch:
        key = (customer,) if rest is None else (customer, rest)
        return mismatch(self.name, table, key, {column: stored}, {column: recomputed})
