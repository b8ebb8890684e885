"""Coupons of claims that are given to somebody else: whether they may be, what it costs, and until when they are valid. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coupons.actions import CODE, POOL
from coupons.codes import NOT_NOW
from coupons.enums import CouponStatus
from coupons.life.holding import coupons_config
from coupons.pools.patterns import folded
from coupons.rows import CouponRow, coupons_of
from loyalty.calendar import end_of, last_day_before, local_day
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.rows import EventRow
from loyalty.engine.state import Part, State
from loyalty.points.enums import EntryKind
from loyalty.points.ledger.moves import consume
from loyalty.points.ledger.rows import OPEN_LOTS
from loyalty.points.orders.burning import spent
from loyalty.refusals import Refused
from rewards.catalogue.config import RewardRule
from rewards.catalogue.enums import TransferDate
from rewards.catalogue.schedule import BY_THE_CLOCK, later_by_calendar, later_by_clock
from rewards.claims.rows import CLAIMS_OF_COUPON, TIMES_GIVEN
from rewards.claims.rules import NotClaimable, missing_points

from .claiming import account_of
from .standing import rewards_config, spendable

GIVEN = "claims_of_coupons"


@dataclass(frozen=True)
class Given:
    """By which reward somebody first got a coupon, and how often its code was given away since."""

    reward_id: int
    transfers: int


# By pool and first owner, of the code that is named: of a code that everybody shares each holder has a coupon. Claims are
# the first owner's, or of whoever they were merged into.
_GIVEN = Part(
    "claims_of_coupons",
    f"SELECT k.customer_id, k.pool_id, k.original_id, c.reward_id, {TIMES_GIVEN} FROM coupons_coupon k {CLAIMS_OF_COUPON}"
    " WHERE k.folded = ANY({names}) AND k.customer_id IN ({customers}) ORDER BY c.event_id",
    lambda state, row: state.part(GIVEN).update({(row[1], row[2]): Given(*row[3:])}),
)


def hand_over(event: EventRow, state: State, batch: Batch) -> None:
    """After the coupon has gone over: raises Refused where its reward does not let it, which takes that back."""
    coupon = _handed_over(event, batch)
    given: Given | None = state.part(GIVEN).get((coupon.pool_id, coupon.original_id))
    if given is None:
        return
    rule = rewards_config(batch.program).by_id[given.reward_id]
    if not rule.transferable:
        raise Refused(NOT_NOW, "The coupon cannot be transferred: its reward does not allow it", field=CODE.name)
    if rule.transfer_limit is not None and given.transfers >= rule.transfer_limit:
        raise Refused(
            NOT_NOW, f"The coupon cannot be transferred more than {rule.transfer_limit} times", field=CODE.name
        )
    _pay(rule, event, state, batch)
    _change_last_day(rule, coupon, event, batch)


def _handed_over(event: EventRow, batch: Batch) -> CouponRow:
    """The receiver's: the event says by now which code of which pool it was."""
    assert batch.target is not None
    code, pool = folded(str(event.data[CODE.name])), coupons_config(batch).pools[event.data[POOL.name]]
    return next(
        row
        for row in coupons_of(batch.target)
        if row.pool_id == pool.id and folded(row.code) == code and row.status != CouponStatus.TRANSFERRED
    )


def _pay(rule: RewardRule, event: EventRow, state: State, batch: Batch) -> None:
    points = rule.transfer_points or 0
    if not points:
        return
    if reason := missing_points(points, spendable(batch.program, state, rule)):
        raise NotClaimable([reason])
    consume(event, state, batch, account_of(rule, batch.program), points, EntryKind.SPEND).spent += points
    spent(event, state, batch)


def _change_last_day(rule: RewardRule, coupon: CouponRow, event: EventRow, batch: Batch) -> None:
    """Minutes and hours go by the clock, to the instant; what is longer is valid through its last day."""
    if rule.transfer_date == TransferDate.REMAIN or rule.transfer_expires is None:
        return
    is_extended, zone = rule.transfer_date == TransferDate.EXTEND, batch.program.time_zone
    start = coupon.expires_at if is_extended else event.occurred_at
    if start is None:
        return
    number, unit = rule.transfer_expires
    if unit in BY_THE_CLOCK:
        batch.edit(coupon).expires_at = later_by_clock(start, number, unit)
        return
    day = last_day_before(start, zone) if is_extended else local_day(start, zone)
    batch.edit(coupon).expires_at = end_of(later_by_calendar(day, number, unit), zone)


def parts(incoming: Incoming) -> Iterable[Part]:
    code = incoming.data.get(CODE.name)
    names: Sequence[str] = (folded(str(code)),) if isinstance(code, str | int) else ()
    return (OPEN_LOTS, replace(_GIVEN, names=tuple(names)))
