"""A claim that is taken back: points to their lots, the stock, the limit, the coupons. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from coupons.codes import NOT_NOW
from coupons.enums import CouponStatus, MovementKind, Sharing
from coupons.life.holding import move, move_balance, standing, status_now
from coupons.life.transitions import Act, may
from coupons.pools.patterns import folded
from coupons.rows import COUPONS, CouponRow, coupons_of, parts_by_id
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Circumstances
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.points.ledger.moves import Piece, count_burned, give_back, spending_order
from loyalty.points.ledger.moves import config as points_config
from loyalty.points.ledger.rows import ALL_LOTS, USAGES
from loyalty.refusals import MissingField, Refused
from rewards.claims.actions import EVENT, REWARD
from rewards.claims.codes import NO_CLAIM, REVOKED
from rewards.claims.rows import CLAIMS, CLAIMS_BY_EVENT, HAD, TAKEN, TO_CHANGE, ClaimRow, HadRow, TakenRow

from .claiming import refuse_single_events
from .standing import rewards_config

PAID = "claims_paid"
# By the event of a claim, how many points it took from which lot.
PAID_BY = Part(
    "claims_paid",
    "SELECT family.survivor, e.event_id, e.lot_id, -e.points FROM {family} family JOIN points_entry e"
    " ON e.customer_id = family.id AND e.event_id = ANY({rows}) AND e.kind = 'spend' AND e.lot_id IS NOT NULL",
    lambda state, row: state.part(PAID).update({(row[1], row[2]): row[3]}),
)

GIFTS = "claims_gifts"


@dataclass(frozen=True)
class Gift:
    """What a claim gave: a code of a pool, and how much came to the balance of a gift card by it."""

    pool_id: int
    code: str
    value: Decimal


def _put_gift(shared: State, row: Sequence[Any]) -> None:
    event, coupon, pool, code, value = row
    shared.part(GIFTS)[event, coupon] = Gift(pool, folded(code), value or Decimal(0))


# By the claim's event and the coupon, whoever has it by now.
_GIFTS_OF = Part(
    "claims_gifts",
    "SELECT c.event_id, k.id, k.pool_id, k.code, m.amount FROM claims_claim c JOIN coupons_coupon k ON k.id = ANY(c.coupons)"
    " LEFT JOIN coupons_movement m ON m.coupon_id = k.id AND m.event_id = c.event_id AND m.kind = 'issue'"
    " WHERE c.event_id = ANY({rows})",
    _put_gift,
    shared=True,
)


def revoke(event: EventRow, state: State, batch: Batch) -> None:
    """Of whatever status the customer is."""
    refuse_single_events(event, batch)
    claim = _claim(event, state, batch)
    gifts: dict[tuple[int, int], Gift] = batch.shared.part(GIFTS)
    for coupon in claim.coupons:
        # Of a code that everybody shares, the row of whoever it was taken back from is gone.
        if gift := gifts.get((claim.event_id, coupon)):
            _withdraw(coupon, gift, claim, event, state, batch)
    _give_back(claim, event, state, batch)
    _untake(claim, state, batch)
    batch.edit(claim).revoked_at, claim.revoked_by = event.recorded_at, event.id
    rule = rewards_config(batch.program).by_id[claim.reward_id]
    told = {EVENT.name: claim.event_id, REWARD.name: rule.slug, "reason": event.data.get("reason")}
    event.data = {name: value for name, value in told.items() if value not in (None, "")}


def _claim(event: EventRow, state: State, batch: Batch) -> ClaimRow:
    """The customer's own, of the reward if one is named. Raises Refused."""
    id = values.whole(event.data, EVENT.name, most=2**63 - 1)
    if id is None:
        raise MissingField(EVENT.name)
    found: ClaimRow | None = state.part(CLAIMS).get(id)
    named = values.text(event.data, REWARD.name, limit=64)
    if found is None or found.customer_id != state.customer.id or (named and not _is_of(found, named, batch)):
        raise Refused(NO_CLAIM, "Event not found", field=EVENT.name)
    if found.revoked_by is not None:
        raise Refused(REVOKED, "Claim event already revoked", field=EVENT.name)
    return found


def _is_of(claim: ClaimRow, slug: str, batch: Batch) -> bool:
    rule = rewards_config(batch.program).rewards.get(slug)
    return rule is not None and rule.id == claim.reward_id


def _give_back(claim: ClaimRow, event: EventRow, state: State, batch: Batch) -> None:
    """To the lots that it took them from, what was drawn on last first: what has expired meanwhile expires at once."""
    if not claim.spent or claim.account_id is None:
        return
    account, lots = points_config(batch.program).by_id[claim.account_id], state.part("lots")
    paid: Iterable[Piece] = (
        (lots[lot], points) for (id, lot), points in state.part(PAID).items() if id == claim.event_id and lot in lots
    )
    pieces = sorted(paid, key=lambda piece: spending_order(piece[0]), reverse=True)
    give_back(event, state, batch, account, claim.spent, pieces)
    count_burned(state, batch, account, -claim.spent)


def _untake(claim: ClaimRow, state: State, batch: Batch) -> None:
    stock: TakenRow | None = batch.shared.part(TAKEN).get(claim.reward_id)
    if stock is not None and stock.offered is not None:
        batch.edit(stock).taken -= claim.count
    had: HadRow | None = state.part(HAD).get(claim.reward_id)
    if had is not None:
        batch.edit(had).number -= claim.count
        times = list(had.times)
        if claim.claimed_at in times:
            times.remove(claim.claimed_at)
        had.times = tuple(times)


def _withdraw(id: int, gift: Gift, claim: ClaimRow, event: EventRow, state: State, batch: Batch) -> None:
    """A coupon that nobody has used is invalid. Raises Refused for one that was used, given away or has expired."""
    row: CouponRow | None = state.part(COUPONS).get(id)
    was_given_away = any(
        one.status == CouponStatus.TRANSFERRED and (one.pool_id, folded(one.code)) == (gift.pool_id, gift.code)
        for one in coupons_of(state)
    )
    if row is None and was_given_away:
        raise _refusal("was given to somebody else")
    if row is None or (_is_of_a_later_gift(row, claim) and not was_given_away):
        # Taken back before, whoever has got it since.
        return
    status = status_now(row, batch.at)
    if status == CouponStatus.INVALID:
        return
    if row.issued > 1:
        _withdraw_one(row, gift, event, batch)
        return
    if not may(Act.INVALIDATE, status):
        raise _refusal(f"is {status.value}")
    move(batch.edit(row), Act.INVALIDATE, CouponStatus.INVALID, batch.at)


def _is_of_a_later_gift(row: CouponRow, claim: ClaimRow) -> bool:
    """Whether the customer got a code of one holder after the claim: what the claim gave was taken back."""
    is_later = row.claimed_at is not None and row.claimed_at > claim.claimed_at
    return is_later and row.sharing == Sharing.INDIVIDUAL and row.issued == 1


def _withdraw_one(row: CouponRow, gift: Gift, event: EventRow, batch: Batch) -> None:
    """Of a code that the customer got several times, one use; of a gift card, what it got by the claim."""
    is_left = row.balance >= gift.value if row.balance is not None else row.uses < row.issued
    if not is_left:
        raise _refusal("is redeemed")
    batch.edit(row).issued -= 1
    if gift.value:
        move_balance(row, -gift.value, MovementKind.UNASSIGN, event, batch)
    row.status = standing(row, batch.at).value


def _refusal(why: str) -> Refused:
    return Refused(NOT_NOW, f"The claim cannot be revoked: its coupon {why}", field=EVENT.name)


# What it has read


def parts(incoming: Incoming) -> Iterable[Part]:
    rows = frozenset(_ids(incoming))
    return (ALL_LOTS, USAGES, replace(CLAIMS_BY_EVENT, rows=rows), replace(PAID_BY, rows=rows))


def stock_and_coupons(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    found = _found(incoming, known)
    if not found:
        return
    yield replace(TO_CHANGE, rows=frozenset(claim.reward_id for claim in found))
    if any(claim.coupons for claim in found):
        yield from parts_by_id(frozenset(id for claim in found for id in claim.coupons))
        yield replace(_GIFTS_OF, rows=frozenset(claim.event_id for claim in found))


def _found(incoming: Incoming, known: Circumstances) -> Sequence[ClaimRow]:
    claims: dict[Any, ClaimRow] = known.state.part(CLAIMS) if known.state else {}
    return [claims[id] for id in _ids(incoming) if id in claims and claims[id].revoked_by is None]


def _ids(incoming: Incoming) -> Iterable[int]:
    """A malformed one names nothing: the event is refused for it."""
    try:
        id = values.whole(incoming.data, EVENT.name, most=2**63 - 1)
    except Refused:
        return ()
    return () if id is None else (id,)
