"""Which customers are in something, such as a list, against the events that put them in and take them out. Reads only."""

from .row_checks import RowCheck

_GONE = "(SELECT id FROM customers_customer WHERE status IN ('opted_out', 'banned'))"
_MERGED = '(SELECT source_id FROM customers_merge UNION SELECT "into" FROM customers_merge)'
# (customer, customer and what they are in, the event that the row names, the one that should be). Whoever was merged has been put in
# under several profiles: of them only what is left is looked at.
_WRONG = f"""
    WITH told AS (
        SELECT DISTINCT ON (customer_id, data->>%(named)s) customer_id, data->>%(named)s AS slug, action, id
        FROM events_event WHERE action IN (%(put)s, %(taken)s)
        ORDER BY customer_id, data->>%(named)s, id DESC
    ),
    kept AS (
        SELECT m.customer_id, o.slug, m.event_id FROM {{table}} m JOIN {{of}} o ON o.id = m.{{column}}
    )
    SELECT customer_id, concat_ws(', ', customer_id, slug), kept.event_id, told.id
    FROM kept FULL JOIN (SELECT * FROM told WHERE action = %(put)s) told USING (customer_id, slug)
    WHERE kept.event_id IS DISTINCT FROM told.id AND customer_id NOT IN {_MERGED} AND customer_id NOT IN {_GONE}
    UNION ALL
    SELECT customer_id, concat_ws(', ', customer_id, slug), event_id, NULL FROM kept
    WHERE customer_id IN {_GONE} OR customer_id IN (SELECT source_id FROM customers_merge)
    ORDER BY 1, 2
"""


def membership_check(name: str, *, table: str, column: str, of: str, put: str, taken: str, named: str) -> RowCheck:
    """Every row, and every event that has made one.

    `table`: who is in what, with `customer_id`, `column` and `event_id`; `of`: the table that `column` refers to, with a
    `slug`. `put` and `taken`: the actions, whose attribute `named` is the slug.
    """
    sql = _WRONG.format(table=table, of=of, column=column)
    return RowCheck(name, table, "event_id", sql, params={"put": put, "taken": taken, "named": named})
