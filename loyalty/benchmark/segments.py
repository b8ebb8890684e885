"""Ten rules against the statements that somebody would write by hand, fifty segments computed in full, one touched customer, and
what fifty active segments cost a checkout.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import report
from .scratch import CannotMeasure, Scratch, Server, settle
from .tills import turns

# Our time by that of the statement by hand; of fifty segments; and the rate of checkouts with them by that without.
MOST_OF_A_RULE, MOST_OF_ALL, GOAL_OF_CHECKOUTS = 1.2, 1.5, 0.90
SEGMENTS = 50
_GONE = "c.status NOT IN ('opted_out', 'banned', 'merged')"
_EUR = "t.accepted_at IS NOT NULL AND t.currency = 'EUR'"
_LAST = "t.accepted_at IS NOT NULL AND t.checkout_at >= (current_date - {})::timestamp AT TIME ZONE 'UTC'"


def _buyers(days: int) -> str:
    return f"SELECT t.customer_id FROM events_transaction t WHERE {_LAST.format(days)}"


def _living(condition: str) -> str:
    return f"SELECT c.id FROM customers_customer c WHERE {_GONE} AND {condition}"


# Each is a sentence, and the statement that somebody who knows the tables would write for it.
RULES = (
    ("bought in the last 30 days", _living(f"c.id IN ({_buyers(29)})")),
    ("has not bought in the last 90 days", _living(f"NOT EXISTS ({_buyers(89)} AND t.customer_id = c.id)")),
    (
        "number of purchases is at least 3",
        _living("c.id IN (SELECT customer_id FROM events_transaction WHERE accepted_at IS NOT NULL GROUP BY 1 HAVING count(*) >= 3)"),
    ),
    (
        "purchase total in currency EUR in the last 365 days is at least 100",
        _living(f"c.id IN (SELECT t.customer_id FROM events_transaction t WHERE {_LAST.format(364)} AND t.currency = 'EUR'"
                " GROUP BY 1 HAVING sum(t.bought) >= 100)"),
    ),
    (
        "has done review_submit where channel is web in the last 30 days",
        _living("c.id IN (SELECT e.customer_id FROM events_event e WHERE e.action = 'review_submit' AND e.occurred_at >="
                " (current_date - 29)::timestamp AT TIME ZONE 'UTC' AND lower(e.data ->> 'channel') = 'web')"),
    ),
    (
        "number of events of login in the last 30 days is at least 2",
        _living("c.id IN (SELECT e.customer_id FROM events_event e WHERE e.action = 'login' AND e.occurred_at >="
                " (current_date - 29)::timestamp AT TIME ZONE 'UTC' GROUP BY 1 HAVING count(*) >= 2)"),
    ),
    ("country is HU and not gender is male", _living("lower(c.country) = 'hu' AND lower(c.gender) IS DISTINCT FROM 'male'")),
    (
        "spendable points is at least 500",
        _living("c.id IN (SELECT customer_id FROM points_balance WHERE spendable >= 500 AND account_id ="
                " (SELECT id FROM points_account WHERE is_default))"),
    ),
    (
        "purchase total in currency EUR in the last 30 days is at least 100 and has not bought in the last 7 days",
        _living(f"c.id IN (SELECT t.customer_id FROM events_transaction t WHERE {_LAST.format(29)} AND t.currency = 'EUR'"
                f" GROUP BY 1 HAVING sum(t.bought) >= 100) AND NOT EXISTS ({_buyers(6)} AND t.customer_id = c.id)"),
    ),
    (
        "days since the last purchase is more than 90 or country is AT",
        _living("(lower(c.country) = 'at' OR c.id IN (SELECT customer_id FROM events_transaction WHERE accepted_at IS NOT NULL"
                " GROUP BY 1 HAVING current_date - (max(checkout_at) AT TIME ZONE 'UTC')::date > 90))"),
    ),
)  # fmt: skip
_FILL = (
    "ALTER TABLE events_transaction DISABLE TRIGGER USER",
    """
    INSERT INTO customers_customer (public_id, status, country, gender, birth_date, properties, created_at, updated_at, optin_at,
        purchase_total, purchase_count, purchase_item_count)
    SELECT 'customer-' || n, 'active', (ARRAY['HU', 'AT', 'DE', 'RO'])[1 + n % 4], (ARRAY['male', 'female', NULL])[1 + n % 3],
        date '1950-01-01' + n % 20000, '{{}}', now(), now(), now(), 0, 0, 0 FROM generate_series(1, {customers}) n
    """,
    """
    INSERT INTO events_event (customer_id, action, points, data, source, source_detail, user_agent, occurred_at, recorded_at, program_version)
    SELECT 1 + (n * 7919::bigint) % {customers}, (ARRAY['login', 'review_submit', 'share', 'checkout', 'login'])[1 + n % 5], 0,
        CASE n % 3 WHEN 0 THEN '{{"channel": "web"}}' ELSE '{{"channel": "app"}}' END::jsonb, 'api', '', '',
        now() - n % 730 * interval '1 day', now(), 1 FROM generate_series(1, {events}::bigint) n
    """,
    """
    INSERT INTO events_transaction (customer_id, transaction_id, status, event_id, currency, total, refunded, items, earned, bonus,
        taken_back, burned, given_back, reserved, created_at, updated_at, checkout_at, accepted_at)
    SELECT 1 + (n * 104729::bigint) % {customers}, 'T-' || n, 'accepted', 1, (ARRAY['EUR', 'EUR', 'HUF'])[1 + n % 3], 10 + n % 90, 0, '[]',
        0, 0, 0, 0, 0, 0, at, at, at, at FROM generate_series(1, {customers} * 2) n, LATERAL (SELECT now() - n % 400 * interval '1 day' AS at) a
    """,
    """
    INSERT INTO points_balance (customer_id, account_id, earned, spent, expired, reserved, pending, debt)
    SELECT c.id, a.id, c.id % 1000, 0, 0, 0, 0, 0 FROM customers_customer c, points_account a WHERE a.is_default
    """,
    "ALTER TABLE events_transaction ENABLE TRIGGER USER",
)
_MAKE = """
    INSERT INTO segments_segment (slug, name, rule)
    SELECT 'segment-' || n, 'Segment ' || n, (%s::jsonb) -> (n %% %s) FROM generate_series(1, %s) n
"""
_OPEN = "INSERT INTO segments_computation (segment_id) SELECT id FROM segments_segment ON CONFLICT DO NOTHING"
_STAYS = """
    INSERT INTO segments_stay (customer_id, segment_id, since, entered_at, told_of_entering, told_of_leaving)
    SELECT id, %s, now(), now(), true, true FROM ({}) found
"""


@dataclass(frozen=True)
class Size(turns.Size):
    customers: int = 1_000_000
    events: int = 10_000_000


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"Making {size.customers} customers with {size.events} events ...")
    base = server.make("_segments")
    with base.connect() as raw:
        for statement in _FILL:
            raw.execute(statement.format(customers=size.customers, events=size.events).encode())
        settle(raw)
    compiled = json.loads(base.python("-m", "loyalty.benchmark.segments"))
    found = {"customers": size.customers, "events": size.events, "rules": _rules(base, compiled, size, say)}
    return {**found, "refresh": _refresh(base, compiled, say), "checkouts": _checkouts(server, compiled, size, say)}


def _rules(
    base: Scratch, compiled: list[dict[str, Any]], size: Size, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Each rule in turn with the statement by hand, so that both find the same tables in memory."""
    found = []
    with base.connect() as raw:
        for (sentence, by_hand), rule in zip(RULES, compiled, strict=True):
            say(f"{sentence} ...")
            times: dict[str, list[float]] = {"ours": [], "by_hand": []}
            numbers = set[int]()
            for number in range(size.rounds + 1):
                for name, sql in (("ours", rule["sql"]), ("by_hand", by_hand)):
                    started = time.perf_counter()
                    [(count,)] = raw.execute(f"SELECT count(*) FROM ({sql}) found".encode()).fetchall()
                    numbers.add(count)
                    # The first round warms up.
                    times[name] += [time.perf_counter() - started] if number else []
            if len(numbers) != 1:
                raise CannotMeasure(f"The rule and its statement select {numbers} customers: {sentence}")
            ratio = report.ratios(times["ours"], times["by_hand"])
            seen = {name: report.spread(values, 3) for name, values in times.items()}
            met = ratio["median"] <= MOST_OF_A_RULE
            found.append(
                {
                    "rule": sentence,
                    "members": numbers.pop(),
                    **seen,
                    "ratio": ratio,
                    "at_most": MOST_OF_A_RULE,
                    "met": met,
                    "plans": {"ours": _plan(raw, rule["sql"]), "by_hand": _plan(raw, by_hand)},
                }
            )
    return found


def _plan(raw: Any, sql: str) -> list[str]:
    """By what the planner knows of these tables. docs/segment-plans.md keeps those of a smaller number."""
    return [line for (line,) in raw.execute(f"EXPLAIN (COSTS OFF) {sql}".encode()).fetchall()]


def _refresh(base: Scratch, compiled: list[dict[str, Any]], say: Callable[[str], None]) -> dict[str, Any]:
    """Fifty segments in full, against fifty statements by hand into the same table; then after one event."""
    say(f"Computing {SEGMENTS} segments ...")
    with base.connect() as raw:
        _make_segments(raw, compiled)
        started = time.perf_counter()
        for number in range(SEGMENTS):
            by_hand = RULES[(number + 1) % len(RULES)][1]
            raw.execute(_STAYS.format(by_hand).encode(), [_nth(raw, number)])
        floor = time.perf_counter() - started
        raw.execute(b"TRUNCATE segments_stay")
        settle(raw)
        seconds = json.loads(base.python("manage.py", "refresh_segments"))["seconds"]
        raw.execute(b"INSERT INTO segments_touch (customer_id, happened_at) VALUES (1, now())")
        touched = json.loads(base.python("manage.py", "refresh_segments"))
    return {
        "segments": SEGMENTS, "seconds": seconds, "by_hand_seconds": round(floor, 2), "ratio": round(seconds / floor, 3),
        "at_most": MOST_OF_ALL, "met": seconds / floor <= MOST_OF_ALL, "after_one_event": touched,
    }  # fmt: skip


def _nth(raw: Any, number: int) -> int:
    row = raw.execute(b"SELECT id FROM segments_segment ORDER BY id OFFSET %s LIMIT 1", [number]).fetchone()
    return int(row[0])


def _make_segments(raw: Any, compiled: list[dict[str, Any]]) -> None:
    rules = json.dumps([one["rule"] for one in compiled])
    raw.execute(_MAKE.encode(), [rules, len(compiled), SEGMENTS])
    raw.execute(_OPEN.encode())


# Checkouts


def _checkouts(
    server: Server, compiled: list[dict[str, Any]], size: Size, say: Callable[[str], None]
) -> dict[str, Any]:
    """With fifty active segments, and without any."""

    def add_segments(scratch: Scratch) -> None:
        with scratch.connect() as raw:
            _make_segments(raw, compiled)
        scratch.python("manage.py", "refresh_segments")

    found, segmented = turns.with_and_without(server, "segmented", add_segments, GOAL_OF_CHECKOUTS, size, say)
    return {**found, "looked_at_afterwards": json.loads(segmented.python("manage.py", "refresh_segments"))}


def compiled_rules() -> list[dict[str, Any]]:
    """Of each sentence the rule as JSON, and its statement with the values in their places."""
    from django.db import connection
    from django.utils import timezone
    from psycopg import ClientCursor

    from segments.language.compiling import compile_rule
    from segments.language.parsing import rule_of
    from segments.language.tree import to_json
    from segments.language.vocabulary import read_vocabulary

    vocabulary, found = read_vocabulary(), []
    connection.ensure_connection()
    cursor = ClientCursor(connection.connection)
    for sentence, _by_hand in RULES:
        rule = rule_of(sentence, vocabulary)
        statement = compile_rule(rule, vocabulary, today=timezone.localdate(), zone=timezone.get_default_timezone())
        found.append({"rule": to_json(rule), "sql": cursor.mogrify(statement.sql, statement.params)})
    return found


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(compiled_rules(), sys.stdout)
