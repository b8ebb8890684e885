"""A claim: what it costs is spent, coupons are given, stock is taken. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from coupons.codes import EXHAUSTED
from coupons.config import PoolRule
from coupons.enums import Sharing
from coupons.life.holding import coupons_config
from coupons.life.issuing import issue
from coupons.rows import CouponRow, parts_of_issue
from loyalty.bulk.kinds import BULK
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Circumstances
from loyalty.engine.program import Program
from loyalty.engine.reduce import InvalidAction
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.points.config import AccountRule
from loyalty.points.enums import EntryKind
from loyalty.points.ledger.moves import config as points_config
from loyalty.points.ledger.moves import consume, count_burned
from loyalty.points.ledger.rows import OPEN_LOTS
from loyalty.points.orders.burning import require_spender, spent
from loyalty.refusals import MissingField, Refused, WrongField
from rewards.catalogue.config import RewardRule
from rewards.catalogue.enums import LockKind, ReasonCode, RewardStatus, RewardType
from rewards.claims.actions import (
    CLAIMS,
    CLOSED,
    CODE,
    CODES,
    COUNT,
    COUPON,
    CURRENCY,
    FORCE,
    FORCED,
    POINTS,
    REWARD,
    STORE,
)
from rewards.claims.rows import (
    HAD,
    HAD_OF_REWARDS,
    MADE,
    POOLS_TO_SEE,
    TAKEN,
    TO_CHANGE,
    TO_CLAIM,
    TO_SEE,
    ClaimRow,
    HadRow,
    TakenRow,
)
from rewards.claims.rules import Asked, NotClaimable, Reason, check_points, cost, reasons

from .standing import groups_part, rewards_config, standing_in

MOST = 100
CENT = Decimal("0.01")


def refuse_single_events(event: EventRow, batch: Batch) -> None:
    """What integrators may send by routes of their own only: raises Refused."""
    if _is_of_customer(event, batch) and CLAIMS not in batch.by.grants:
        raise InvalidAction(event.action, CLOSED)


def _is_of_customer(event: EventRow, batch: Batch) -> bool:
    """Whether they claim it themselves, who see no hidden rewards: by the API, one at a time."""
    return batch.by.source == "api" and BULK not in batch.by.grants and not event.depth


class UnknownReward(Refused):
    """There is none of this ID, or it is archived."""

    def __init__(self) -> None:
        super().__init__(0, "Reward not found", field=REWARD.name, status=404)


def claim(event: EventRow, state: State, batch: Batch) -> None:
    refuse_single_events(event, batch)
    rule = rule_of(event, batch.program)
    if rule.hidden and _is_of_customer(event, batch):
        raise UnknownReward
    if rule.type == RewardType.BIDDING:
        if batch.by.source != "timer":
            raise WrongField(REWARD.name, "is given to whoever bids most for it: bid")
        return
    asked = read_asked(event, batch)
    require_spender(state)
    _refuse(rule, asked, event, state, batch)
    currency, price = _price(rule, asked, state, batch.program)
    points = cost(rule, price, asked)
    pay(rule, points, event, state, batch)
    given = _give(rule, asked, price, event, state, batch)
    row = take(rule, event, state, batch, count=asked.count, spent=points, forced=asked.forced, coupons=given)
    row.currency = currency
    told = {COUNT.name: asked.count if asked.count > 1 else None, POINTS.name: asked.points, STORE.name: asked.store}
    tell(event, rule, given, batch, {**told, FORCED.name: asked.forced or None, CURRENCY.name: currency or None})


def rule_of(event: EventRow, program: Program) -> RewardRule:
    """Raises Refused."""
    if values.text(event.data, REWARD.name, limit=64) is None:
        raise MissingField(REWARD.name)
    found = reward_named(event, program)
    if found is None or found.status == RewardStatus.ARCHIVED:
        raise UnknownReward
    return found


def reward_named(event: EventRow | Incoming, program: Program) -> RewardRule | None:
    slug = event.data.get(REWARD.name)
    return rewards_config(program).rewards.get(slug.strip()) if isinstance(slug, str) else None


def read_asked(event: EventRow, batch: Batch) -> Asked:
    """Raises Refused."""
    data = event.data
    forced = data.get(FORCED.name) in (True, "true", "1", 1)
    if forced and FORCE not in batch.by.grants:
        raise WrongField(FORCED.name, "is for staff who may claim without the checks")
    return Asked(
        count=values.whole(data, COUNT.name, most=MOST) or 1,
        points=values.whole(data, POINTS.name),
        store=values.text(data, STORE.name, limit=128),
        forced=forced,
    )


def _refuse(rule: RewardRule, asked: Asked, event: EventRow, state: State, batch: Batch) -> None:
    """Raises NotClaimable."""
    if found := _in_the_way(rule, asked, state, batch.shared, batch.program, event.occurred_at):
        raise NotClaimable(found)
    if rule.id not in batch.shared.part(TAKEN):
        # Somebody is claiming it at this very moment. Forced or not: what has no row to be counted in must not stand.
        until = event.recorded_at + dt.timedelta(seconds=rule.lock_seconds)
        raise NotClaimable([Reason(ReasonCode.LOCK, {"until": until})])


def _in_the_way(
    rule: RewardRule, asked: Asked, state: State, shared: State | None, program: Program, at: dt.datetime
) -> list[Reason]:
    standing = standing_in(program, state, shared, rule)
    return reasons(rule, standing, rewards_config(program), at=at, zone=program.time_zone, asked=asked)


def _price(rule: RewardRule, asked: Asked, state: State, program: Program) -> tuple[str, int]:
    """The currency and the points of one. Forced, what has no price for the customer costs nothing, as all does."""
    found = rewards_config(program).price_of(rule, (state.customer.currency or "").upper() or None)
    currency, price = found or ("", 0)
    check_points(rule, price, asked.points)
    return currency, price


def account_of(rule: RewardRule, program: Program) -> AccountRule:
    points = points_config(program)
    return points.accounts.get(rule.account or "", points.default)


def pay(rule: RewardRule, points: int, event: EventRow, state: State, batch: Batch) -> None:
    """Never on credit, whatever the account allows: that was asked before."""
    if points:
        account = account_of(rule, batch.program)
        consume(event, state, batch, account, points, EntryKind.SPEND).spent += points
        # What a claim has spent comes back by its revocation alone.
        count_burned(state, batch, account, points)
        spent(event, state, batch)


def _give(rule: RewardRule, asked: Asked, price: int, event: EventRow, state: State, batch: Batch) -> list[CouponRow]:
    """All pools or nothing."""
    found = list[CouponRow]()
    for slug in rule.pools:
        pool = coupons_config(batch).pools[slug]
        _refuse_several(pool, asked)
        value = _value(rule, pool, price, asked)
        for _number in range(asked.count):
            try:
                found.append(issue(pool, event, state, batch, value=value))
            except Refused as refused:
                if refused.code != EXHAUSTED:
                    raise
                raise NotClaimable([Reason(ReasonCode.CODES, {"pool": slug})]) from None
    return found


def _refuse_several(pool: PoolRule, asked: Asked) -> None:
    """Of a code that everybody shares, or that a customer always gets again, one at a time."""
    if asked.count > 1 and pool.sharing != Sharing.INDIVIDUAL:
        raise WrongField(COUNT.name, f"must be 1: the coupon pool {pool.slug} gives a customer one code")


def _value(rule: RewardRule, pool: PoolRule, price: int, asked: Asked) -> Decimal | None:
    """Of a dynamic coupon: the pool's value is what its price buys; more points buy as much more, in whole cents."""
    if rule.type != RewardType.DYNAMIC_COUPON or asked.points is None or not price or pool.value is None:
        return None
    return (pool.value * asked.points / price).quantize(CENT, ROUND_DOWN)


def take(
    rule: RewardRule,
    event: EventRow,
    state: State,
    batch: Batch,
    *,
    count: int,
    spent: int,
    forced: bool,
    coupons: list[CouponRow],
) -> ClaimRow:
    """The claim stands from now on: it counts for the stock, the limit and the lock."""
    account = account_of(rule, batch.program).id if spent else None
    ids = [coupon.id for coupon in coupons]
    what = (rule.id, count, spent, account, "", forced, ids, event.occurred_at, None, None)
    row = batch.add(ClaimRow.load((event.id, state.customer.id, *what)))
    batch.put(state.part(MADE), event.id, row)
    stock: TakenRow | None = batch.shared.part(TAKEN).get(rule.id)
    if stock is not None and stock.offered is not None:
        batch.edit(stock).taken += count
    if stock is not None and rule.lock == LockKind.REWARD:
        batch.edit(stock).locked_until = event.recorded_at + dt.timedelta(seconds=rule.lock_seconds)
    had = state.part(HAD)
    if rule.id not in had:
        batch.put(had, rule.id, HadRow.load((state.customer.id, rule.id, 0, ())))
    batch.edit(had[rule.id]).number += count
    had[rule.id].times = (event.occurred_at, *had[rule.id].times)
    return row


def tell(event: EventRow, rule: RewardRule, coupons: list[CouponRow], batch: Batch, more: dict[str, Any]) -> None:
    """Nothing of what was sent besides stays."""
    by_id, codes = coupons_config(batch).by_id, [coupon.code for coupon in coupons]
    told = {
        REWARD.name: rule.slug,
        COUPON.name: by_id[coupons[0].pool_id].slug if coupons else None,
        CODE.name: codes[0] if codes else None,
        CODES.name: codes if len(codes) > 1 else None,
        **more,
    }
    event.data = {name: value for name, value in told.items() if value is not None}


# What it has read


def parts(incoming: Incoming) -> Iterable[Part]:
    slug = incoming.data.get(REWARD.name)
    names = (slug.strip(),) if isinstance(slug, str) else ()
    return (OPEN_LOTS, groups_part(), replace(HAD_OF_REWARDS, names=names))


def stock_and_codes(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    """Whoever cannot claim for other reasons keeps nobody waiting for the stock, and takes no code."""
    rule = reward_named(incoming, known.program)
    if rule is None or rule.type == RewardType.BIDDING:
        return
    if _is_out_of_question(incoming, known, rule):
        yield replace(TO_SEE, rows=frozenset({rule.id}))
        yield replace(POOLS_TO_SEE, names=rule.pools)
        return
    yield replace(TO_CHANGE if incoming.data.get(FORCED.name) else TO_CLAIM, rows=frozenset({rule.id}))
    for slug in rule.pools:
        for _number in range(_count(incoming)):
            yield from parts_of_issue(slug)


def _count(incoming: Incoming) -> int:
    """A malformed number is none: the event is refused for it."""
    try:
        return values.whole(incoming.data, COUNT.name, most=MOST) or 1
    except Refused:
        return 1


def _is_out_of_question(incoming: Incoming, known: Circumstances, rule: RewardRule) -> bool:
    """For certain: no other event of the batch can change it, and it counts from now."""
    if known.state is None or not known.is_certain or "effective_timestamp" in incoming.data:
        return False
    data = incoming.data
    if data.get(FORCED.name):
        return False
    try:
        asked = Asked(_count(incoming), values.whole(data, POINTS.name), values.text(data, STORE.name, limit=128))
    except Refused:
        return True
    return bool(_in_the_way(rule, asked, known.state, None, known.program, known.at))
