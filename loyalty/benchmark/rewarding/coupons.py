"""Codes made beforehand against a raw COPY of the same rows; one code looked up among many; and redemptions over HTTP."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from loyalty.benchmark import report
from loyalty.benchmark.imports import PIECE, columns_of
from loyalty.benchmark.scratch import CannotMeasure, Scratch, Server, settle
from loyalty.benchmark.serving import OURS, web

from . import contest
from .contest import RECEIPT, Act, Contest

# Of a raw COPY of the same rows.
GOAL = 0.3
TABLE, GENERATED = "coupons_coupon", "pool_id = (SELECT id FROM coupons_pool WHERE slug = 'sale')"
# Among them one is looked up. Each is another one, and no neighbours are alike.
_CODES = f"""
    INSERT INTO {TABLE} (pool_id, code, value, created_at)
    SELECT p.id, upper(substr(md5(n::text), 1, 16)), 10, now() FROM coupons_pool p, generate_series(1, %s::bigint) n
    WHERE p.slug = 'many'
"""
LOOKED_UP = 500
_LAST = "customer_id = %(member)s AND event_id = %(event)s"
_EVENT = "JOIN events_event e ON e.customer_id = %(member)s AND e.id = %(event)s"
_ROWS = {
    "events": """
        SELECT e.action, e.points, e.account_id, e.data - ARRAY['code', 'transaction_id'], e.data ->> 'transaction_id' =
            e.transaction_id, e.parent_id, e.source, e.source_detail, e.staff_id, e.api_key_id, e.ip_address, e.user_agent,
            e.occurred_at = e.recorded_at, e.program_version
        FROM events_event e WHERE e.customer_id = %(member)s AND e.id >= %(event)s ORDER BY e.id""",
    "uses": f"""
        SELECT u.amount, u.transaction_id = e.transaction_id, u.store, u.redeemed_at = e.occurred_at, u.undone_at, u.undone_by
        FROM coupons_use u {_EVENT} WHERE u.event_id = e.id""",
    "movements": f"""
        SELECT m.kind, m.amount, m.at = e.recorded_at, m.coupon_id = u.coupon_id
        FROM coupons_movement m {_EVENT} JOIN coupons_use u ON u.event_id = e.id WHERE m.event_id = e.id""",
    "coupons": f"""
        SELECT c.pool_id, lower(c.code) = c.folded, c.status, c.sharing, c.customer_id = e.customer_id, c.original_id = e.customer_id,
            c.value, c.balance, c.purchase_minimum, c.minimum_value, c.minimum_redemption_value, c.uses, c.issued, c.written_off,
            c.claimed_at = c.created_at, c.redeemed_at = e.occurred_at, c.expires_at, c.invalidated_at
        FROM {TABLE} c {_EVENT} JOIN coupons_use u ON u.event_id = e.id AND u.coupon_id = c.id""",
    "customer": """
        SELECT c.status, c.purchase_count, c.last_earn_date, c.last_spend_date, c.updated_at = c.created_at
        FROM customers_customer c WHERE c.id = %(member)s""",
    "orders": f"""
        SELECT t.status, t.event_id, t.account_id, t.currency, t.total, t.refunded, t.items, t.earned, t.bonus, t.fixed_points,
            t.channel, t.taken_back, t.burned, t.given_back, t.reserved, t.created_at = e.recorded_at, t.updated_at = e.recorded_at,
            t.checkout_at, t.accept_at, t.accepted_at, t.booked
        FROM events_transaction t {_EVENT} WHERE t.customer_id = e.customer_id AND t.transaction_id = e.transaction_id""",
    "answers": "SELECT status, body IS NULL FROM api_savedanswer WHERE customer_id = %(member)s",
    "told": f"SELECT o.action FROM sync_outboxrow o WHERE o.{_LAST}",
}
REDEMPTION = Act(
    kind="redemption",
    action="coupon_redeem",
    function="redemption.sql",
    call="benchmark_redemption('bench-' || :customer::bigint, 'floor-' || :customer::bigint, " + RECEIPT + ", 0.01",
    rows=_ROWS,
    books=f"""
        SELECT count(*) FROM {TABLE} c JOIN coupons_pool p ON p.id = c.pool_id AND p.slug = 'cards'
        WHERE c.balance <> (SELECT sum(amount) FROM coupons_movement WHERE coupon_id = c.id)
            OR c.uses <> (SELECT count(*) FROM coupons_use WHERE coupon_id = c.id)""",
)


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    generated: int = 1_000_000
    codes: int = 10_000_000
    customers: int = 20_000
    clients: int = 8
    seconds: float = 5
    warm_up: int = 1_200
    workers: int = 2
    # If given, each timing of redemptions takes so many instead of its seconds.
    requests: int = 0


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"Making {size.customers} customers with gift cards ...")
    base = server.make("_coupons")
    made: dict[str, Any] = json.loads(_inside(base, "coupons", size.customers))
    with tempfile.TemporaryDirectory(prefix="loyalty-benchmark-") as folder:
        found = {"generation": _generation(server, base, Path(folder) / TABLE, size, say)}
    found["look_up"] = _look_up(base, made["look_ups"], size, say)
    with web(base.environment, OURS, size.workers) as served:
        served.wait()
        of = contest.Size(size.rounds, size.seconds, size.customers, size.clients, size.warm_up, size.requests)
        found["redemption"] = Contest(base, REDEMPTION, of, made["key"], served, say).measure()
    return found


def _inside(scratch: Scratch, what: str, number: int) -> str:
    return scratch.python("-m", "loyalty.benchmark.rewarding.inside", what, str(number))


# Codes that are made beforehand


def _generation(server: Server, base: Scratch, file: Path, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    ours, floors = list[float](), list[float]()
    for number in range(size.rounds):
        say(f"{size.generated} codes, round {number + 1} of {size.rounds} ...")
        scratch = _fresh(server, base)
        ours.append(json.loads(_inside(scratch, "generate", size.generated))["seconds"])
        if not number:
            columns = _export(scratch, file)
        floors.append(_copy_in(_fresh(server, base), file, columns, size.generated))
    rates = {"ours": [size.generated / one for one in ours], "floor": [size.generated / one for one in floors]}
    ratio = report.ratios(rates["ours"], rates["floor"])
    return {
        "codes": size.generated, "goal": report.goal(GOAL, ratio), "ratio": ratio,
        **{f"{name}_per_second": report.spread(values) for name, values in rates.items()}, "load": report.load(),
    }  # fmt: skip


def _fresh(server: Server, base: Scratch) -> Scratch:
    scratch = server.clone(base, "_run")
    with scratch.connect() as raw:
        settle(raw)
    return scratch


def _export(scratch: Scratch, file: Path) -> str:
    """The rows that were made, as a file that COPY reads; their columns."""
    with scratch.connect() as raw, file.open("wb") as written:
        columns = columns_of(raw, TABLE)
        chosen = f"SELECT {columns} FROM {TABLE} WHERE {GENERATED} ORDER BY id"
        with raw.cursor().copy(f"COPY ({chosen}) TO STDOUT".encode()) as copy:
            for piece in copy:
                written.write(piece)
    return columns


def _copy_in(scratch: Scratch, file: Path, columns: str, expected: int) -> float:
    with scratch.connect() as raw:
        started = time.perf_counter()
        with file.open("rb") as rows, raw.cursor().copy(f"COPY {TABLE} ({columns}) FROM STDIN".encode()) as copy:
            while piece := rows.read(PIECE):
                copy.write(piece)
        seconds = time.perf_counter() - started
        row = raw.execute(f"SELECT count(*) FROM {TABLE} WHERE {GENERATED}".encode()).fetchone()
    if row != (expected,):
        raise CannotMeasure(f"The floor has {row} codes instead of {expected}")
    return seconds


# One code among many


def _look_up(base: Scratch, statements: dict[str, str], size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """What there is of a code, and the coupon as an event takes it: by which plan, and in how many milliseconds."""
    say(f"Making {size.codes} codes ...")
    with base.connect() as raw:
        raw.execute(_CODES.encode(), [size.codes])
        # Index only scans ask which pages everybody sees.
        raw.execute(b"VACUUM (ANALYZE) coupons_coupon")
        settle(raw)
        chosen = raw.execute(
            f"SELECT folded FROM {TABLE} WHERE code IN (SELECT upper(substr(md5((1 + n::bigint * 7919 %% %s)::text), 1, 16))"
            " FROM generate_series(1, %s) n)".encode(),
            [size.codes, min(LOOKED_UP, size.codes)],
        ).fetchall()
        found = {name: _looked_up(raw, text, [code for (code,) in chosen]) for name, text in statements.items()}
    nodes = {node for one in found.values() for node in one["plan"]}
    met = {one.split(" using ")[0] for one in found["code"]["plan"]} == {"Index Only Scan"}
    return {
        "codes": size.codes,
        "goal": {"index_only": True, "met": met and not any("Seq" in one for one in nodes)},
        **found,
    }


def _looked_up(raw: "psycopg.Connection[Any]", statement: str, codes: list[str]) -> dict[str, Any]:
    """The statement has the place of one code, `%s`."""
    times = []
    for code in codes:
        started = time.perf_counter()
        raw.execute(statement.encode(), [code], prepare=True).fetchall()
        times.append((time.perf_counter() - started) * 1000)
    row = raw.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode(), [codes[0]]).fetchone()
    assert row is not None
    plan = row[0][0]
    return {
        "plan": list(_scans(plan["Plan"])),
        "ms": report.spread(times, 3),
        "execution_ms": plan["Execution Time"],
    }


def _scans(plan: dict[str, Any]) -> Iterator[str]:
    """The nodes that read a table."""
    if "Scan" in plan["Node Type"]:
        yield f"{plan['Node Type']} using {plan['Index Name']}" if "Index Name" in plan else plan["Node Type"]
    for inner in plan.get("Plans", ()):
        yield from _scans(inner)
