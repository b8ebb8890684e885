"""Redeeming a coupon, and taking a redemption back. Pure."""

from collections.abc import Collection
from decimal import Decimal

from coupons.actions import AMOUNT, CODE, CURRENCY, PRODUCTS, STORE, TOTAL, TRANSACTION
from coupons.codes import BELOW_LEAST, NOT_HERE, NOT_NOW, PURCHASE_TOO_SMALL, TOO_LITTLE
from coupons.config import PoolRule
from coupons.enums import CouponStatus, MovementKind
from coupons.rows import USES, CouponRow, UseRow, uses_of
from events.orders.enums import TransactionStatus
from events.orders.rows import TransactionRow
from loyalty.engine import values
from loyalty.engine.batch import Batch
from loyalty.engine.rows import EventRow
from loyalty.engine.state import State
from loyalty.engine.status import Status
from loyalty.refusals import MissingField, Refused, WrongField

from .holding import find, move, move_balance, pool_of, standing
from .transitions import Act

CENT = Decimal("0.01")
MAX_PRODUCTS = 1_000
_OVER = frozenset({TransactionStatus.REJECTED, TransactionStatus.REFUNDED})


def redeem(event: EventRow, state: State, batch: Batch) -> None:
    if state.customer.status == Status.SUSPENDED:
        raise Refused(110003, "Customer may not spend while suspended")
    row = find(event, state, batch, Act.REDEEM)
    pool, amount = pool_of(row, batch), _amount(event)
    _refuse_same_order(event, state, row)
    if pool.is_gift_card:
        _refuse_other_currency(event, state, pool, batch)
    _check_purchase(event, state, row, pool, by_hand=batch.by.source == "back_office")
    row.uses, row.redeemed_at = row.uses + 1, max(row.redeemed_at or event.occurred_at, event.occurred_at)
    batch.put(state.part(USES), event.id, batch.add(_use(event, row, amount)))
    if pool.is_gift_card:
        _take(row, amount, event, batch)
    else:
        move(row, Act.REDEEM, standing(row, batch.at), batch.at)


def _amount(event: EventRow) -> Decimal | None:
    """In whole cents: a balance and its movements are never rounded apart."""
    found = values.money(event.data, AMOUNT.name, least=CENT)
    if found is not None and found != found.quantize(CENT):
        raise WrongField(AMOUNT.name, "must have at most two decimals")
    return found


def _use(event: EventRow, row: CouponRow, amount: Decimal | None) -> UseRow:
    store = values.text(event.data, STORE.name, limit=128)
    return UseRow.load((event.id, row.id, amount, event.transaction_id, store, event.occurred_at, None, None))


def _take(row: CouponRow, amount: Decimal | None, event: EventRow, batch: Batch) -> None:
    """Of a gift card. A rest that could never be used is written off."""
    if amount is None:
        raise MissingField(AMOUNT.name)
    balance = row.balance or Decimal(0)
    if amount > balance:
        raise Refused(TOO_LITTLE, "The balance of the coupon is below the amount", field=AMOUNT.name)
    # All that is left may always be taken.
    if amount < min(row.minimum_redemption_value or Decimal(0), balance):
        raise Refused(BELOW_LEAST, f"At least {row.minimum_redemption_value} must be redeemed", field=AMOUNT.name)
    move_balance(row, -amount, MovementKind.REDEEM, event, batch)
    rest = balance - amount
    if 0 < rest < (row.minimum_value or Decimal(0)):
        row.written_off = rest
        move_balance(row, -rest, MovementKind.WRITE_OFF, event, batch)
        move(row, Act.REDEEM, CouponStatus.INVALID, batch.at)
    else:
        move(row, Act.REDEEM, standing(row, batch.at), batch.at)


# What the coupon asks of the purchase


def _refuse_other_currency(event: EventRow, state: State, pool: PoolRule, batch: Batch) -> None:
    """A credit in one currency is not spent in another: raises Refused."""
    own = (pool.currency or batch.program.currency).upper()
    found, whence = _currency(event, state, own)
    if found != own:
        cure = f"send the amount in {own}, with that as its currency"
        raise WrongField(CURRENCY.name, f"is {found}{whence}, but the gift card is in {own}: {cure}")


def _currency(event: EventRow, state: State, own: str) -> tuple[str, str]:
    """Of the amount, and what has said so if it is not the redemption itself. Of no known order it is the card's own, as
    staff and tills read it beside the balance."""
    if named := values.text(event.data, CURRENCY.name, limit=8):
        return named.upper(), ""
    order = _order(event, state)
    if order is not None and order.currency:
        return order.currency.upper(), " by the transaction"
    return own, ""


def _refuse_same_order(event: EventRow, state: State, row: CouponRow) -> None:
    """A payment in two steps redeems once; and an order that is over redeems nothing."""
    named = event.transaction_id
    if named and any(use.transaction_id == named for use in uses_of(state, row)):
        raise Refused(NOT_NOW, "The coupon is redeemed for this transaction already", field=TRANSACTION.name)
    order = _order(event, state)
    if order is not None and order.status in _OVER:
        raise Refused(NOT_NOW, f"The transaction is {order.status}", field=TRANSACTION.name)


def _order(event: EventRow, state: State) -> TransactionRow | None:
    found: TransactionRow | None = state.part("orders").get(event.transaction_id) if event.transaction_id else None
    return found


def _check_purchase(event: EventRow, state: State, row: CouponRow, pool: PoolRule, *, by_hand: bool) -> None:
    """What staff redeem by hand they have seen themselves: only what is named is checked."""
    order = _order(event, state)
    if row.purchase_minimum is not None:
        _check_total(event, order, row.purchase_minimum, pool, by_hand=by_hand)
    store = values.text(event.data, STORE.name, limit=128)
    if pool.stores and store not in pool.stores and not (store is None and by_hand):
        raise Refused(NOT_HERE, "The coupon is not valid in this store", field=STORE.name)
    products = (
        _products(event) or {line.product_id for line in order.items if line.product_id} if order else _products(event)
    )
    if pool.products and pool.products.isdisjoint(products) and (products or not by_hand):
        raise Refused(NOT_HERE, "The coupon is valid for none of these products", field=PRODUCTS.name)


def _check_total(
    event: EventRow, order: TransactionRow | None, least: Decimal, pool: PoolRule, *, by_hand: bool
) -> None:
    """The total that is named is in the currency of the amount, which is the gift card's; an order has its own."""
    total = values.money(event.data, TOTAL.name)
    if total is None and order is not None:
        total = order.total
        if pool.currency and order.currency and order.currency != pool.currency.upper():
            why = f"The purchase must be of {least:f} {pool.currency.upper()} at least, but it is in {order.currency}"
            raise Refused(PURCHASE_TOO_SMALL, f"{why}: name its total in {pool.currency.upper()}", field=TOTAL.name)
    if total is None and not by_hand:
        raise MissingField(TOTAL.name)
    if total is not None and total < least:
        raise Refused(PURCHASE_TOO_SMALL, f"The purchase must be of {least:f} at least", field=TOTAL.name)


def _products(event: EventRow) -> Collection[str]:
    found = values.as_list(event.data.get(PRODUCTS.name) or [])
    if found is None or len(found) > MAX_PRODUCTS or not all(isinstance(one, str | int) for one in found):
        raise WrongField(PRODUCTS.name, f"must be a list of at most {MAX_PRODUCTS} IDs")
    return {str(one) for one in found}


# Taken back


def unredeem(event: EventRow, state: State, batch: Batch) -> None:
    """The redemption by the order that is named, else the last one that stands."""
    row = find(event, state, batch, Act.UNREDEEM)
    pool, use = pool_of(row, batch), _use_to_undo(event, state, row)
    batch.edit(use)
    use.undone_at, use.undone_by = event.recorded_at, event.id
    row.uses -= 1
    row.redeemed_at = max((one.redeemed_at for one in uses_of(state, row)), default=None)
    event.data = {**event.data, AMOUNT.name: use.amount} if use.amount is not None else event.data
    if pool.is_gift_card:
        _give_back(row, use.amount or Decimal(0), event, batch)
    move(row, Act.UNREDEEM, standing(row, batch.at), batch.at)


def _use_to_undo(event: EventRow, state: State, row: CouponRow) -> UseRow:
    standing_uses = uses_of(state, row)
    if event.transaction_id is not None:
        standing_uses = [use for use in standing_uses if use.transaction_id == event.transaction_id]
    amount = _amount(event)
    if amount is not None:
        standing_uses = [use for use in standing_uses if use.amount == amount]
    if not standing_uses:
        raise Refused(NOT_NOW, "No redemption of the coupon is like that", field=CODE.name)
    return standing_uses[-1]


def _give_back(row: CouponRow, amount: Decimal, event: EventRow, batch: Batch) -> None:
    """With the rest that was written off, if one was."""
    move_balance(row, amount, MovementKind.UNREDEEM, event, batch)
    if row.written_off is not None:
        move_balance(row, row.written_off, MovementKind.RESTORE, event, batch)
        row.written_off = None
