"""What the engine knows of a customer who wants a reward: as `rules.reasons` asks for it. Pure."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from loyalty.engine.program import Program
from loyalty.engine.state import Part, State
from loyalty.points.ledger.moves import config as points_config
from loyalty.points.ledger.rows import BalanceRow
from rewards.catalogue.config import APP, RewardRule, RewardsConfig
from rewards.claims.rows import HAD, SEEN, STOCKED, TAKEN, HadRow, TakenRow
from rewards.claims.rules import Had, Standing
from segments.audience.audience import Group
from segments.audience.kinds import held_groups

GROUPS = "reward_groups"


def rewards_config(program: Program) -> RewardsConfig:
    found: RewardsConfig = program.config.get(APP) or RewardsConfig()
    return found


def _put_group(state: State, row: Sequence[Any]) -> None:
    _, kind, id, admits = row
    state.part(GROUPS)[Group(kind, id)] = admits


@cache
def groups_part() -> Part:
    """Of which groups the customers are, whatever they want: one statement."""
    return Part("claims_groups", held_groups("{customers}"), _put_group)


def standing_in(program: Program, state: State, shared: State | None, rule: RewardRule) -> Standing:
    """`shared`: None before the stock is read; then nothing of it is in the way."""
    row = taken_of(rule, shared) if shared else None
    had: HadRow | None = state.part(HAD).get(rule.id)
    left = row.left if row else None
    return Standing(
        currency=(state.customer.currency or "").upper() or None,
        groups=state.part(GROUPS),
        spendable={rule.account: spendable(program, state, rule)},
        had={rule.id: Had(had.number, max(had.times, default=None))} if had else {},
        left={} if left is None else {rule.id: left},
        locked={rule.id: row.locked_until} if row and row.locked_until else {},
        empty=_empty(rule, shared),
    )


def spendable(program: Program, state: State, rule: RewardRule) -> int:
    points = points_config(program)
    account = points.accounts.get(rule.account or "", points.default)
    balance: BalanceRow | None = state.part("balances").get(account.id)
    return balance.spendable if balance else 0


def taken_of(rule: RewardRule, shared: State) -> TakenRow | None:
    """None: it was not read, or somebody is claiming what everybody has to wait for."""
    found: TakenRow | None = shared.part(TAKEN).get(rule.id) or shared.part(SEEN).get(rule.id)
    return found


def _empty(rule: RewardRule, shared: State | None) -> frozenset[str]:
    """Known only where nobody took a code: else a code is there, or is not, once it is given."""
    if shared is None or rule.id not in shared.part(SEEN):
        return frozenset()
    return frozenset(rule.pools) - shared.part(STOCKED).keys()
