"""What the engine holds of claims: a customer's, what is taken of rewards, and bids. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loyalty.engine.state import Part, Row, State, Table

_CLAIM_COLUMNS = {
    "event_id": "bigint",
    "customer_id": "bigint",
    "reward_id": "bigint",
    "count": "bigint",
    "spent": "bigint",
    "account_id": "bigint",
    "currency": "text",
    "forced": "boolean",
    "coupons": "bigint[]",
    "claimed_at": "timestamptz",
    "revoked_at": "timestamptz",
    "revoked_by": "bigint",
}


class ClaimRow(Row):
    __slots__ = tuple(_CLAIM_COLUMNS)
    TABLE = Table(
        name="claims_claim",
        columns=_CLAIM_COLUMNS,
        key=("event_id",),
        mutable=("customer_id", "revoked_at", "revoked_by"),
    )

    event_id: int
    customer_id: int
    reward_id: int
    count: int
    spent: int
    account_id: int | None
    currency: str
    forced: bool
    coupons: list[int]
    claimed_at: dt.datetime
    revoked_at: dt.datetime | None
    revoked_by: int | None


class TakenRow(Row):
    """How many of a reward are taken. `offered` is of the reward, and None for one without end."""

    __slots__ = ("locked_until", "offered", "reward_id", "taken")
    TABLE = Table(
        name="claims_taken",
        columns={"reward_id": "bigint", "taken": "bigint", "locked_until": "timestamptz"},
        key=("reward_id",),
        mutable=("taken", "locked_until"),
    )

    reward_id: int
    taken: int
    locked_until: dt.datetime | None
    offered: int | None

    @property
    def left(self) -> int | None:
        return None if self.offered is None else self.offered - self.taken


class HadRow(Row):
    """The claims of a customer of one reward that stand: their number, and when, the last ones first. Read and counted,
    never written."""

    __slots__ = ("customer_id", "number", "reward_id", "times")
    TABLE = Table(
        name="had",
        columns={"customer_id": "bigint", "reward_id": "bigint", "number": "bigint", "times": "timestamptz[]"},
        key=("customer_id", "reward_id"),
        mutable=("number", "times"),
    )

    customer_id: int
    reward_id: int
    number: int
    times: Sequence[dt.datetime]


# Of a coupon `k`: the claims that stand by which its first owner, or whoever they were merged into, has got it; and how often
# it was given away since.
CLAIMS_OF_COUPON = (
    "JOIN claims_claim c ON c.revoked_by IS NULL AND c.customer_id IN ("
    "k.original_id, (SELECT m.survivor_id FROM customers_merge m WHERE m.source_id = k.original_id)) AND EXISTS ("
    "SELECT FROM coupons_coupon o WHERE o.id = ANY(c.coupons) AND o.pool_id = k.pool_id AND o.folded = k.folded)"
)
TIMES_GIVEN = (
    "(SELECT count(*) FROM coupons_coupon t WHERE t.folded = k.folded AND t.pool_id = k.pool_id"
    " AND t.status = 'transferred' AND t.original_id = k.original_id)"
)
# By reward: what the customer has had. By event: the claims that are to be revoked, or moved.
HAD, CLAIMS = "rewards_had", "claims"
# By event: the claims that the batch has made.
MADE = "claims_made"
# Shared, by reward: what is taken, locked; the same where nobody may change it.
TAKEN, SEEN = "rewards_taken", "rewards_seen"
# Shared: those of the named pools that have a code left.
STOCKED = "pools_with_codes"
_CLAIM = ", ".join(f"c.{name}" for name in _CLAIM_COLUMNS)
_FROM = f"SELECT c.customer_id, {_CLAIM} FROM claims_claim c"
_OF_THEM = "c.customer_id IN ({customers})"
# So many times are enough to know the last one, whatever a batch takes back.
_TIMES = 50


def _put_had(state: State, row: Sequence[Any]) -> None:
    state.part(HAD)[row[1]] = HadRow.load((*row[:3], tuple(row[3])))


def _put_claim(state: State, row: Sequence[Any]) -> None:
    state.part(CLAIMS).setdefault(row[1], ClaimRow.load(row[1:]))


def _taken(row: Sequence[Any]) -> TakenRow:
    found = TakenRow.load(row[:3])
    found.offered = row[3]
    return found


HAD_OF_REWARDS = Part(
    "claims_had",
    "SELECT c.customer_id, c.reward_id, sum(c.count)::bigint,"
    f" (array_agg(c.claimed_at ORDER BY c.claimed_at DESC))[1:{_TIMES}]"
    f" FROM claims_claim c JOIN rewards_reward r ON r.id = c.reward_id"
    f" WHERE r.slug = ANY({{names}}) AND c.revoked_by IS NULL AND {_OF_THEM} GROUP BY 1, 2",
    _put_had,
)
CLAIMS_BY_EVENT = Part("claims_by_event", f"{_FROM} WHERE c.event_id = ANY({{rows}}) AND {_OF_THEM}", _put_claim)
ALL_CLAIMS = Part("claims_all", f"{_FROM} WHERE {_OF_THEM}", _put_claim)
# Last of all, as whoever wants the same waits from then on.
TO_CLAIM = Part(
    "claims_taken",
    "SELECT * FROM take_rewards({rows}, true)",
    lambda shared, row: shared.part(TAKEN).setdefault(row[0], _taken(row)),
    shared=True,
)
# For who takes part whatever else is in the way, and so waits for whoever has it: forced claims and revocations.
TO_CHANGE = Part(
    "claims_taken_back",
    "SELECT * FROM take_rewards({rows}, false)",
    lambda shared, row: shared.part(TAKEN).setdefault(row[0], _taken(row)),
    shared=True,
)
# For who cannot claim in any case: to say all that is in the way.
TO_SEE = Part(
    "claims_taken_seen",
    "SELECT t.reward_id, t.taken, t.locked_until, r.stock FROM claims_taken t JOIN rewards_reward r ON r.id = t.reward_id"
    " WHERE t.reward_id = ANY({rows})",
    lambda shared, row: shared.part(SEEN).update({row[0]: _taken(row)}),
    shared=True,
)
POOLS_TO_SEE = Part(
    "claims_pools_seen",
    "SELECT p.slug FROM coupons_pool p WHERE p.slug = ANY({names}) AND (p.source IN ('generated', 'remote') OR EXISTS ("
    "SELECT FROM coupons_coupon c WHERE c.pool_id = p.id AND c.status = 'unassigned'))",
    lambda shared, row: shared.part(STOCKED).update({row[0]: row[0]}),
    shared=True,
)
