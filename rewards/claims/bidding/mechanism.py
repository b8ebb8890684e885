"""Bids in the engine: the highest one reserves its points until somebody bids more, or the bidding ends. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from customers.merging.mechanism import ACTION as MERGE
from customers.merging.mechanism import merge_of
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.mechanism import Circumstances, Mechanism
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.engine.status import Status
from loyalty.points.config import AccountRule
from loyalty.points.enums import EntryKind
from loyalty.points.ledger.moves import (
    Piece,
    balance_of,
    consume,
    count_burned,
    put_back,
    repay_from,
    spending_order,
)
from loyalty.points.ledger.moves import config as points_config
from loyalty.points.ledger.rows import ENTRY, OPEN_LOTS
from loyalty.points.orders.burning import require_spender, spent
from loyalty.refusals import Refused, WrongField
from rewards.catalogue.config import RewardRule
from rewards.catalogue.enums import RewardType
from rewards.claims.actions import AMOUNT, BID, CLAIM, PLACE_BID, POINTS, RELEASE, REWARD
from rewards.claims.codes import NOT_ACTIVE
from rewards.claims.life.claiming import (
    account_of,
    refuse_single_events,
    reward_named,
    rule_of,
    take,
    tell,
)
from rewards.claims.life.standing import groups_part, rewards_config, spendable, standing_in
from rewards.claims.rows import TO_CLAIM
from rewards.claims.rules import NotClaimable, Reason, bid_reasons, least_bid, missing_points

from .rows import (
    ALL_BIDS,
    BIDS,
    HIGHEST,
    HIGHEST_BID,
    HIGHEST_OF_THEM,
    LOCK_BIDDING,
    RESERVED,
    RESERVED_BY_BIDS,
    BidRow,
    HighestRow,
)


class OtherBidder(Refused):
    """Somebody else holds the highest bid than whom the event has named: it is sent again, with whoever does."""

    def __init__(self) -> None:
        super().__init__(0, "Somebody else has just bid: try again", field=REWARD.name, status=409)


def place(event: EventRow, state: State, batch: Batch) -> None:
    """The points are reserved; whoever is outbid has theirs back in the same moment."""
    refuse_single_events(event, batch)
    rule = rule_of(event, batch.program)
    if rule.type != RewardType.BIDDING:
        raise WrongField(REWARD.name, "is no reward that is bid for")
    require_spender(state)
    if found := _in_the_way(rule, state, batch, event):
        raise NotClaimable(found)
    highest: HighestRow | None = batch.shared.part(HIGHEST).get(rule.id)
    owner = _owner(highest, state, batch)
    points = _amount(rule, highest, event, state, batch)
    _require(points, rule, highest if owner is state else None, state, batch)
    if highest is not None:
        release(highest, "outbid", event, owner, batch)
    _reserve(rule, points, event, state, batch)
    event.data = {REWARD.name: rule.slug, AMOUNT.name: points}


def _in_the_way(rule: RewardRule, state: State, batch: Batch, event: EventRow) -> list[Reason]:
    program = batch.program
    standing = standing_in(program, state, None, rule)
    return bid_reasons(rule, standing, rewards_config(program), at=event.occurred_at, zone=program.time_zone)


def _owner(highest: HighestRow | None, state: State, batch: Batch) -> State:
    """Raises OtherBidder."""
    for one in (state, batch.target):
        if one is not None and (highest is None or highest.customer_id == one.customer.id):
            return one
    raise OtherBidder


def _amount(rule: RewardRule, highest: HighestRow | None, event: EventRow, state: State, batch: Batch) -> int:
    """Of two equal bids the earlier one holds, so a later one must be higher by a step. Raises Refused."""
    _, price = rewards_config(batch.program).price_of(rule, _currency(state)) or ("", 0)
    least = least_bid(rule, price, highest.points if highest else None)
    points = values.whole(event.data, AMOUNT.name) or least
    if points < least:
        raise WrongField(AMOUNT.name, f"must be at least {least}")
    if rule.max_price is not None and points > rule.max_price:
        raise WrongField(AMOUNT.name, f"must be at most {rule.max_price}")
    return points


def _currency(state: State) -> str | None:
    return (state.customer.currency or "").upper() or None


def _require(points: int, rule: RewardRule, own: HighestRow | None, state: State, batch: Batch) -> None:
    """What the customer has bid before can be bid again. Raises NotClaimable."""
    available = spendable(batch.program, state, rule) + (own.points if own else 0)
    if reason := missing_points(points, available):
        raise NotClaimable([reason])


def _reserve(rule: RewardRule, points: int, event: EventRow, state: State, batch: Batch) -> None:
    account = account_of(rule, batch.program)
    before = len(batch.added.get(ENTRY, ()))
    consume(event, state, batch, account, points, EntryKind.RESERVE).reserved += points
    for entry in batch.added[ENTRY][before:]:
        batch.put(state.part(RESERVED), (event.id, entry.lot_id), -entry.points)
    what = (event.id, state.customer.id, rule.id, points, account.id, event.occurred_at, None)
    batch.put(batch.shared.part(BIDS), event.id, batch.add(BidRow.load(what)))
    highest: HighestRow | None = batch.shared.part(HIGHEST).get(rule.id)
    if highest is None:
        highest = batch.add(HighestRow.load((rule.id, event.id, state.customer.id, points)))
        batch.put(batch.shared.part(HIGHEST), rule.id, highest)
    batch.edit(highest).bid_id, highest.customer_id, highest.points = event.id, state.customer.id, points


def release(highest: HighestRow, reason: str, event: EventRow, owner: State, batch: Batch) -> None:
    """The row of the highest bid stays."""
    bid = _settled(highest, batch)
    told = _told(bid, reason, event, owner, batch)
    account, _ = _free(bid, told, owner, batch, keep=False)
    repay_from(told, owner, batch, account)
    bid.settled_by = told.id
    batch.emit(told)


def _told(bid: BidRow, reason: str, event: EventRow, owner: State, batch: Batch) -> EventRow:
    """An event of the bidder's own: nothing in it tells of who has bid more."""
    slug = rewards_config(batch.program).by_id[bid.reward_id].slug
    data = {REWARD.name: slug, BID.name: bid.event_id, POINTS.name: bid.points, "reason": reason}
    told = event.follow_up(RELEASE.name, data, batch.new_id("events_event_id"))
    if owner.customer.id != event.customer_id:
        told.customer_id, told.parent_id, told.via_id, told.transaction_id = owner.customer.id, None, None, None
        told.ip_address, told.user_agent, told.staff_id = None, "", None
    return told


def _settled(highest: HighestRow, batch: Batch) -> BidRow:
    bid: BidRow = batch.shared.part(BIDS)[highest.bid_id]
    return batch.edit(bid)


def _free(
    bid: BidRow, event: EventRow, owner: State, batch: Batch, *, keep: bool
) -> tuple[AccountRule, Sequence[Piece]]:
    """What the bid has reserved is in its lots again. `keep`: to be spent at once, even if it has expired."""
    account, lots = points_config(batch.program).by_id[bid.account_id], owner.part("lots")
    pieces = [(lots[lot], points) for (id, lot), points in owner.part(RESERVED).items() if id == bid.event_id]
    pieces.sort(key=lambda piece: spending_order(piece[0]), reverse=True)
    balance = batch.edit(balance_of(owner, account, batch))
    balance.reserved -= bid.points
    event.account_id, event.points = account.id, event.points + bid.points
    for lot, points in pieces:
        put_back(event, batch, balance, lot, points, EntryKind.RELEASE, keep=keep)
    return account, pieces


def release_sent(event: EventRow, state: State, batch: Batch) -> None:
    """By the timer: of a reward that nobody wins. What follows from another event is done by that."""
    if event.parent_id is not None or event.depth:
        return
    rule = reward_named(event, batch.program)
    highest: HighestRow | None = batch.shared.part(HIGHEST).get(rule.id) if rule else None
    if highest is None or highest.customer_id != state.customer.id:
        raise Refused(NOT_ACTIVE, "The customer does not hold the highest bid", field=REWARD.name)
    bid = _settled(highest, batch)
    account, _ = _free(bid, event, state, batch, keep=False)
    repay_from(event, state, batch, account)
    bid.settled_by = event.id
    _remove(highest, batch)
    event.data = {**event.data, BID.name: bid.event_id, POINTS.name: bid.points}


def _remove(highest: HighestRow, batch: Batch) -> None:
    batch.remove(highest)
    batch.pop(batch.shared.part(HIGHEST), highest.reward_id)


def win(event: EventRow, state: State, batch: Batch) -> None:
    """As the bidding is over, the highest bid is charged, and its reward claimed: once, by the timer."""
    rule = rule_of(event, batch.program)
    if rule.type != RewardType.BIDDING:
        return
    highest: HighestRow | None = batch.shared.part(HIGHEST).get(rule.id)
    is_over = rule.ends_at is not None and event.occurred_at >= rule.ends_at
    if highest is None or highest.customer_id != state.customer.id or not is_over:
        raise Refused(NOT_ACTIVE, "The bidding is not over, or somebody else has won", field=REWARD.name)
    if state.customer.status != Status.ACTIVE:
        raise Refused(160216, "Customer is not active")
    bid = _settled(highest, batch)
    told = _told(bid, "won", event, state, batch)
    account, pieces = _free(bid, told, state, batch, keep=True)
    batch.emit(told)
    consume(event, state, batch, account, bid.points, EntryKind.SPEND, pieces).spent += bid.points
    count_burned(state, batch, account, bid.points)
    spent(event, state, batch)
    take(rule, event, state, batch, count=1, spent=bid.points, forced=False, coupons=[])
    bid.settled_by = event.id
    _remove(highest, batch)
    tell(event, rule, [], batch, {BID.name: bid.event_id})


def leave(event: EventRow, state: State, batch: Batch) -> None:
    """Before what whoever leaves can spend expires."""
    found: dict[int, HighestRow] = batch.shared.part(HIGHEST)
    for highest in [row for _, row in sorted(found.items()) if row.customer_id == state.customer.id]:
        release(highest, "left", event, state, batch)
        _remove(highest, batch)


def move_bids(event: EventRow, state: State, batch: Batch) -> None:
    """A bid that stands is the survivor's: a reward has one, so two never meet."""
    if event.depth:
        return
    assert batch.target is not None
    theirs: list[BidRow] = list(state.part(BIDS).values())
    merge, _ = merge_of(state)
    merge.moved |= {"bids": len(theirs)}
    for bid in theirs:
        batch.edit(bid).customer_id = batch.target.customer.id
    found: dict[int, HighestRow] = batch.shared.part(HIGHEST)
    for highest in found.values():
        if highest.customer_id == state.customer.id:
            batch.edit(highest).customer_id = batch.target.customer.id


# What they have read


def _of_bid(incoming: Incoming) -> Iterable[Part]:
    return (OPEN_LOTS, groups_part(), RESERVED_BY_BIDS)


def _bidding(incoming: Incoming, known: Circumstances) -> Iterable[Part]:
    """Whoever cannot bid in any case keeps nobody waiting."""
    rule = reward_named(incoming, known.program)
    if rule is None or rule.type != RewardType.BIDDING:
        return
    if incoming.action == PLACE_BID.name and known.is_certain and known.state is not None:
        standing = standing_in(known.program, known.state, None, rule)
        config = rewards_config(known.program)
        if bid_reasons(rule, standing, config, at=known.at, zone=known.program.time_zone):
            return
    rows = frozenset({rule.id})
    yield replace(LOCK_BIDDING, rows=rows)
    yield replace(HIGHEST_BID, rows=rows)
    if incoming.action == CLAIM.name:
        yield replace(TO_CLAIM, rows=rows)


def _of_winner(incoming: Incoming) -> Iterable[Part]:
    """Other claims name no bid, and pay nothing for this."""
    return (RESERVED_BY_BIDS,) if BID.name in incoming.data else ()


def _of_leaver(incoming: Incoming) -> Iterable[Part]:
    return (HIGHEST_OF_THEM, RESERVED_BY_BIDS)


def _of_merge(incoming: Incoming) -> Iterable[Part]:
    return (HIGHEST_OF_THEM, ALL_BIDS)


LEAVING = (Mechanism(frozenset({"opt_out", "ban"}), leave, parts=_of_leaver),)
MECHANISMS = (
    Mechanism(frozenset({PLACE_BID.name}), place, parts=_of_bid, later=_bidding),
    Mechanism(frozenset({RELEASE.name}), release_sent, parts=_of_bid, later=_bidding),
    Mechanism(frozenset({CLAIM.name}), win, parts=_of_winner, later=_bidding),
)
MERGING = Mechanism(frozenset({MERGE}), move_bids, parts=_of_merge)
