"""The statements by which the engine locks, names and claims."""

from loyalty.engine.rows import CUSTOMER, IDENTITY

from .store import selected

# The customers of the identities that a batch names; what an identity means is read again after the lock.
NAMED = (
    "SELECT customer_id FROM customers_identity WHERE (scheme, value) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
)
# Before anything else is locked: those who wait for their turn hold nothing that the one before may want.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtext('loyalty: one at a time'))"
LOCK = f"SELECT {selected(CUSTOMER)} FROM customers_customer WHERE id IN ({NAMED}) ORDER BY id FOR NO KEY UPDATE"
RESOLVE = NAMED.replace("customer_id", selected(IDENTITY), 1)
# Kept for the transaction by the statement after the lock: to look identities up anew in each read costs more than most reads.
_KEPT = "current_setting('loyalty.customers')::bigint[]"
KEEP = "set_config('loyalty.customers', ({})::text, true)"
KEEP_NAMED = KEEP.format(f"ARRAY({NAMED})")
CUSTOMERS = f"SELECT unnest({_KEPT})"
# UNION, since two identities may name one customer.
FAMILY = (
    f"(SELECT id, id AS survivor FROM unnest({_KEPT}) AS id"
    f" UNION SELECT source_id, survivor_id FROM customers_merge WHERE survivor_id IN ({CUSTOMERS}))"
)
# With each whether an erased person's order has used it: looked up after the insert, which may have had to wait.
CLAIM_KEYS = (
    "WITH claimed AS (INSERT INTO events_businesskey (key, recorded_at)"
    " SELECT key, $1::timestamptz FROM unnest($2::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING RETURNING key),"
    " erased AS MATERIALIZED (SELECT erased_keys(ARRAY(SELECT key FROM claimed)) AS keys)"
    " SELECT key, key = ANY(erased.keys) FROM claimed, erased"
)
RETURN_KEYS = "DELETE FROM events_businesskey WHERE key = ANY($1::text[])"
# With those that were erased, and whether they were banned: in a statement of its own, which sees what the insert waited for.
CLAIM_IDENTITIES = (
    "INSERT INTO customers_identity (scheme, value, customer_id)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) AS claim(scheme, value, customer_id)"
    " ORDER BY scheme, value ON CONFLICT DO NOTHING RETURNING scheme, value"
)
BURIED = "SELECT scheme, value, banned FROM buried($1::text[], $2::text[])"
RETURN_IDENTITIES = (
    "DELETE FROM customers_identity WHERE (scheme, value) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
)
ERASE = (
    "INSERT INTO customers_erasureitem (erasure_id, place, erased, done_at)"
    " SELECT e.id, found.place, found.erased, $2::timestamptz"
    " FROM customers_erasure e CROSS JOIN LATERAL {}(ARRAY[e.customer_id]) AS found WHERE e.customer_id = ANY($1::bigint[])"
)
LEAVE_OPEN = (
    "INSERT INTO customers_erasureitem (erasure_id, place) SELECT e.id, place"
    " FROM customers_erasure e CROSS JOIN unnest($2::text[]) AS place WHERE e.customer_id = ANY($1::bigint[])"
)
DRAW_IDS = "SELECT nextval($1::text::regclass) FROM generate_series(1, $2)"


def of_kept(sql: str) -> str:
    """A part's statement for the customers that the transaction has kept."""
    return sql.replace("{customers}", CUSTOMERS).replace("{family}", FAMILY)
