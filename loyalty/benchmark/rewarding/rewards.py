"""The list of what a customer can claim against the same rows without a rule; and claims over HTTP."""

import datetime as dt
import http.client
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from loyalty.api.access.signing import Signer, sign
from loyalty.benchmark import report
from loyalty.benchmark.load import PAGE, USER_AGENT, Specification
from loyalty.benchmark.scratch import CannotMeasure, Scratch, Server, settle
from loyalty.benchmark.serving import HOST, OURS, REFERENCE, Web, web
from loyalty.benchmark.tills.contest import over_http

from . import contest
from .contest import RECEIPT, Act, Contest

# Its p95 by that of the reference.
MOST_OF_A_LIST = 2.0
_LAST = "customer_id = %(member)s AND event_id = %(event)s"
_EVENT = "JOIN events_event e ON e.customer_id = %(member)s AND e.id = %(event)s"
_ROWS = {
    "events": """
        SELECT e.action, e.points, e.account_id, e.data - 'reward', e.transaction_id, e.parent_id, e.source, e.source_detail,
            e.staff_id, e.api_key_id, e.ip_address, e.user_agent, e.occurred_at = e.recorded_at, e.program_version
        FROM events_event e WHERE e.customer_id = %(member)s AND e.id >= %(event)s ORDER BY e.id""",
    "claims": f"""
        SELECT r.slug = e.data ->> 'reward', c.count, c.spent, c.account_id, c.currency, c.forced, c.coupons,
            c.claimed_at = e.occurred_at, c.revoked_at, c.revoked_by
        FROM claims_claim c {_EVENT} JOIN rewards_reward r ON r.id = c.reward_id WHERE c.event_id = e.id""",
    "entries": f"""
        SELECT n.account_id, n.kind, n.points, n.lot_id = l.id, n.recorded_at = e.recorded_at
        FROM points_entry n {_EVENT} JOIN points_lot l ON l.customer_id = n.customer_id WHERE n.event_id = e.id""",
    "lots": "SELECT account_id, points, remaining, expired, expires_at FROM points_lot WHERE customer_id = %(member)s",
    "balances": """
        SELECT account_id, earned, spent, expired, reserved, pending, debt, spendable, active_at FROM points_balance
        WHERE customer_id = %(member)s""",
    "customer": f"""
        SELECT c.status, c.purchase_count, c.last_earn_date, c.last_spend_date = e.occurred_at, c.updated_at = c.created_at
        FROM customers_customer c {_EVENT} WHERE c.id = e.customer_id""",
    "locks": f"""
        SELECT t.locked_until FROM claims_taken t JOIN claims_claim c ON c.reward_id = t.reward_id AND c.{_LAST}""",
    "answers": "SELECT status, body IS NULL FROM api_savedanswer WHERE customer_id = %(member)s",
    "told": f"SELECT o.action FROM sync_outboxrow o WHERE o.{_LAST}",
}
_BOOKS = """
    SELECT (SELECT count(*) FROM claims_taken t
            WHERE t.taken <> (SELECT count(*) FROM claims_claim c WHERE c.reward_id = t.reward_id))
        + (SELECT count(*) FROM points_balance b WHERE b.spendable <>
            (SELECT sum(remaining) FROM points_lot l WHERE l.customer_id = b.customer_id AND l.account_id = b.account_id))
"""


def claims(number: int) -> Act:
    """Of so many rewards in turn, which seldom wait for each other."""
    return Act(
        kind="claim",
        action="reward",
        function="claim.sql",
        more=f"\\set reward :n % {number}\n",
        call="benchmark_claim('bench-' || :customer::bigint, 'open-' || :reward::bigint, " + RECEIPT,
        rows=_ROWS,
        books=_BOOKS,
    )


@dataclass(frozen=True)
class Size:
    rounds: int = 5
    customers: int = 20_000
    rewards: int = 200
    # Of each timing of the list.
    lists: int = 400
    clients: int = 8
    seconds: float = 5
    warm_up: int = 1_200
    workers: int = 2
    # If given, each timing of claims takes so many instead of its seconds.
    requests: int = 0


def measure(server: Server, size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    say(f"Making {size.customers} customers with points, and {size.rewards} rewards ...")
    scratch = server.make("_rewards")
    prepare = ("-m", "loyalty.benchmark.rewarding.inside", "rewards", str(size.customers), str(size.rewards))
    made: dict[str, Any] = json.loads(scratch.python(*prepare))
    with ExitStack() as stack:
        webs = {
            name: stack.enter_context(web(scratch.environment, application, size.workers))
            for name, application in (("ours", OURS), ("reference", REFERENCE))
        }
        for started in webs.values():
            started.wait()
        of = contest.Size(
            size.rounds, size.seconds, size.customers, size.clients, size.warm_up, size.requests, made["open"]
        )
        # The claims first: whoever lists has claimed.
        claimed = Contest(scratch, claims(made["open"]), of, made["key"], webs["ours"], say).measure()
        return {"list": _lists(scratch, webs, size, made["key"], say), "claim": claimed}


def _lists(
    scratch: Scratch, webs: Mapping[str, Web], size: Size, key: Mapping[str, Any], say: Callable[[str], None]
) -> dict[str, Any]:
    _require_same_rewards(webs, size, key)
    p95: dict[str, list[float]] = {name: [] for name in webs}
    with scratch.connect() as raw:
        settle(raw)
    # The first round warms up.
    for number in range(size.rounds + 1):
        say(f"List of rewards, round {number} of {size.rounds} ...")
        for name, served in webs.items():
            spec = Specification(
                host=HOST, port=served.port, key=key["key"], secret=key["secret"], others=key["others"], kind="listing",
                run="", clients=1, customers=size.customers, first=number * 17, rewards=size.rewards, requests=size.lists,
            )  # fmt: skip
            found = over_http(scratch, served, spec)
            p95[name] += [found["p95_ms"]] if number else []
    ratio = report.ratios(p95["ours"], p95["reference"])
    met = ratio["median"] <= MOST_OF_A_LIST
    return {
        "rewards": size.rewards, "page": PAGE, "goal": {"at_most": MOST_OF_A_LIST, "met": met}, "p95_ratio": ratio,
        **{f"{name}_p95_ms": report.spread(values, 2) for name, values in p95.items()}, "load": report.load(),
    }  # fmt: skip


def _require_same_rewards(webs: Mapping[str, Web], size: Size, key: Mapping[str, Any]) -> None:
    """Both tell of the same rewards in the same order, and the program says of some why they cannot be claimed."""
    for offset in range(0, size.rewards, PAGE):
        path = f"/customers/bench-0/activities/rewards?limit={PAGE}&offset={offset}"
        ours = _asked(webs["ours"], path, key)["data"]
        reference = _asked(webs["reference"], path, key)["results"]
        if [one["id"] for one in ours] != [one["slug"] for one in reference] or not ours:
            raise CannotMeasure("The program and the reference list other rewards")
    if not any("reasons" in one for one in ours) or not any("_actions" in one for one in ours):
        raise CannotMeasure("Of the last rewards some can be claimed and some cannot: the list says otherwise")


def _asked(served: Web, path: str, key: Mapping[str, Any]) -> dict[str, Any]:
    connection, host = http.client.HTTPConnection(HOST, served.port, timeout=60), f"{HOST}:{served.port}"
    signer = Signer(key["key"], key["secret"], "eu")
    headers = sign(signer, "GET", path, host=host, at=dt.datetime.now(dt.UTC))
    connection.request("GET", path, headers={**headers, "User-Agent": USER_AGENT})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise CannotMeasure(f"The list of rewards was answered with {answer.status}: {text[:500].decode()}")
    found: dict[str, Any] = json.loads(text)
    return found
