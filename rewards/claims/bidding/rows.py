"""What the engine holds of bids: the highest one of each reward, and which lots its points are reserved in. Pure."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loyalty.engine.state import Part, Row, State, Table
from loyalty.points.ledger.rows import LOT, LotRow

_BID_COLUMNS = {
    **dict.fromkeys(["event_id", "customer_id", "reward_id", "points", "account_id"], "bigint"),
    "bid_at": "timestamptz",
    "settled_by": "bigint",
}


class BidRow(Row):
    __slots__ = tuple(_BID_COLUMNS)
    TABLE = Table(name="claims_bid", columns=_BID_COLUMNS, key=("event_id",), mutable=("customer_id", "settled_by"))

    event_id: int
    customer_id: int
    reward_id: int
    points: int
    account_id: int
    bid_at: dt.datetime
    settled_by: int | None


_HIGHEST_COLUMNS = dict.fromkeys(["reward_id", "bid_id", "customer_id", "points"], "bigint")


class HighestRow(Row):
    __slots__ = tuple(_HIGHEST_COLUMNS)
    TABLE = Table(
        name="claims_highestbid",
        columns=_HIGHEST_COLUMNS,
        key=("reward_id",),
        mutable=("bid_id", "customer_id", "points"),
    )

    reward_id: int
    bid_id: int
    customer_id: int
    points: int


# Shared: by reward the highest bid, and by event the bids. Of a customer: by bid and lot, how many points are reserved.
HIGHEST, BIDS, RESERVED = "highest_bids", "bids", "bids_reserved"
_HIGHEST = ", ".join(f"h.{name}" for name in _HIGHEST_COLUMNS)
_BID = ", ".join(f"b.{name}" for name in _BID_COLUMNS)
_LOT = ", ".join(f"lot.{name}" for name in LOT.columns).replace("arithmetic", "arithmetic::text")
_STANDING = f"SELECT {_HIGHEST}, {_BID} FROM claims_highestbid h JOIN claims_bid b ON b.event_id = h.bid_id"


def _put_highest(shared: State, row: Sequence[Any]) -> None:
    width = len(_HIGHEST_COLUMNS)
    if row[0] not in shared.part(HIGHEST):
        shared.part(HIGHEST)[row[0]] = HighestRow.load(row[:width])
        shared.part(BIDS)[row[width]] = BidRow.load(row[width:])


def _put_reserved(state: State, row: Sequence[Any]) -> None:
    lots, lot = state.part("lots"), row[1]
    if lot not in lots:
        lots[lot] = LotRow.load(row[:-2])
    state.part(RESERVED)[row[-2], lot] = row[-1]


def _put_nothing(shared: State, row: Sequence[Any]) -> None:
    """It is read for its lock alone."""


# The reward first, then its bid: who waits for the lock must see what the one before has done.
LOCK_BIDDING = Part("claims_bidding", "SELECT lock_bidding({rows})", _put_nothing, shared=True)
HIGHEST_BID = Part("claims_highest", f"{_STANDING} WHERE h.reward_id = ANY({{rows}})", _put_highest, shared=True)
# Of the customers: whoever would change them must lock the customer first.
HIGHEST_OF_THEM = Part(
    "claims_highest_of_them", f"{_STANDING} WHERE h.customer_id IN ({{customers}})", _put_highest, shared=True
)
RESERVED_BY_BIDS = Part(
    "claims_reserved",
    f"SELECT {_LOT}, held.bid_id, held.points FROM ("
    " SELECT family.survivor, h.bid_id, e.lot_id, sum(-e.points)::bigint AS points FROM {family} family"
    " JOIN claims_highestbid h ON h.customer_id = family.survivor"
    " JOIN points_entry e ON e.customer_id = family.id AND e.event_id = h.bid_id AND e.kind = 'reserve'"
    " WHERE e.lot_id IS NOT NULL GROUP BY 1, 2, 3"
    ") held JOIN points_lot lot ON lot.customer_id = held.survivor AND lot.id = held.lot_id",
    _put_reserved,
)
ALL_BIDS = Part(
    "claims_bids_of_them",
    f"SELECT b.customer_id, {_BID} FROM claims_bid b WHERE b.customer_id IN ({{customers}})",
    lambda state, row: state.part(BIDS).update({row[1]: BidRow.load(row[1:])}),
)
