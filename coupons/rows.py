"""What the engine holds of coupons: those that events name, those that are free, and their redemptions. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from loyalty.engine.state import Part, Row, State, Table

from .pools.patterns import folded

_MONEY = dict.fromkeys(
    ["value", "value_before", "balance", "purchase_minimum", "minimum_value", "minimum_redemption_value"], "numeric"
)
_COUPON_COLUMNS = {
    "id": "bigint",
    "pool_id": "bigint",
    "code": "text",
    "status": "text",
    "sharing": "text",
    "customer_id": "bigint",
    "original_id": "bigint",
    **_MONEY,
    "uses": "bigint",
    "issued": "bigint",
    "written_off": "numeric",
    "created_at": "timestamptz",
    **dict.fromkeys(["claimed_at", "redeemed_at", "expires_at", "invalidated_at"], "timestamptz"),
}
# What an update of the pool changes in coupons.
TERMS = ("value", "purchase_minimum", "minimum_value", "minimum_redemption_value")


# Few events make a coupon: they draw ids by themselves.
IDS = "coupons_coupon_id"


class CouponRow(Row):
    __slots__ = tuple(_COUPON_COLUMNS)
    TABLE = Table(
        name="coupons_coupon",
        columns=_COUPON_COLUMNS,
        key=("id",),
        mutable=tuple(name for name in _COUPON_COLUMNS if name not in {"id", "pool_id", "code", "created_at"}),
    )

    id: int
    pool_id: int
    code: str
    status: str
    sharing: str
    customer_id: int | None
    # Who held it first.
    original_id: int | None
    value: Decimal | None
    # The code's own, while its holder has another one.
    value_before: Decimal | None
    balance: Decimal | None
    purchase_minimum: Decimal | None
    minimum_value: Decimal | None
    minimum_redemption_value: Decimal | None
    uses: int
    issued: int
    written_off: Decimal | None
    created_at: dt.datetime
    claimed_at: dt.datetime | None
    redeemed_at: dt.datetime | None
    expires_at: dt.datetime | None
    invalidated_at: dt.datetime | None

    @classmethod
    def new(cls, id: int, pool_id: int, code: str, at: dt.datetime) -> "CouponRow":
        row = cls.__new__(cls)
        for name in _COUPON_COLUMNS:
            setattr(row, name, None)
        row.id, row.pool_id, row.code, row.created_at = id, pool_id, code, at
        row.uses, row.issued = 0, 1
        return row

    def copy(self, id: int) -> "CouponRow":
        """The same under another id."""
        row = self.__class__.load(self.TABLE.values(self))
        row.id = id
        return row


_USE_COLUMNS = {
    "event_id": "bigint",
    "coupon_id": "bigint",
    "amount": "numeric",
    "transaction_id": "text",
    "store": "text",
    "redeemed_at": "timestamptz",
    "undone_at": "timestamptz",
    "undone_by": "bigint",
}


class UseRow(Row):
    __slots__ = tuple(_USE_COLUMNS)
    TABLE = Table(
        name="coupons_use",
        columns=_USE_COLUMNS,
        key=("event_id",),
        mutable=("transaction_id", "store", "undone_at", "undone_by"),
    )

    event_id: int
    coupon_id: int
    amount: Decimal | None
    transaction_id: str | None
    store: str | None
    redeemed_at: dt.datetime
    undone_at: dt.datetime | None
    undone_by: int | None


_MOVEMENT_COLUMNS = {
    "coupon_id": "bigint",
    "kind": "text",
    "amount": "numeric",
    "event_id": "bigint",
    "at": "timestamptz",
}


class MovementRow(Row):
    __slots__ = tuple(_MOVEMENT_COLUMNS)
    TABLE = Table(name="coupons_movement", columns=_MOVEMENT_COLUMNS, key=("coupon_id", "event_id", "kind"))


# By its id, each coupon of the customer that the batch may change; its redemptions that stand; of everybody, the coupons
# that can be assigned.
COUPONS, USES, FREE = "coupons", "coupon_uses", "coupons_free"
_COUPON = ", ".join(f"c.{name}" for name in _COUPON_COLUMNS)
_USE = ", ".join(f"u.{name}" for name in _USE_COLUMNS)
_FROM = f"SELECT c.customer_id, {_COUPON} FROM coupons_coupon c"
_USES = f"SELECT c.customer_id, {_USE} FROM coupons_use u JOIN coupons_coupon c ON c.id = u.coupon_id"
_OF_THEM = "c.customer_id IN ({customers})"
_LOCK = " ORDER BY c.id FOR NO KEY UPDATE OF c"


def _put_coupon(state: State, row: Sequence[Any]) -> None:
    """One that is there already may have been changed by then."""
    state.part(COUPONS).setdefault(row[1], CouponRow.load(row[1:]))


def _put_use(state: State, row: Sequence[Any]) -> None:
    state.part(USES).setdefault(row[1], UseRow.load(row[1:]))


def _put_free(shared: State, row: Sequence[Any]) -> None:
    shared.part(FREE).setdefault(row[0], CouponRow.load(row))


_BY_CODE = Part("coupons", f"{_FROM} WHERE c.folded = ANY({{names}}) AND {_OF_THEM}{_LOCK}", _put_coupon)
_USES_BY_CODE = Part(
    "coupons_uses", f"{_USES} WHERE c.folded = ANY({{names}}) AND {_OF_THEM} AND u.undone_at IS NULL", _put_use
)
# Those that were taken back, with what they say of whoever has redeemed.
_UNDONE_BY_CODE = Part(
    "coupons_undone",
    f"{_USES} WHERE c.folded = ANY({{names}}) AND {_OF_THEM} AND u.undone_at IS NOT NULL"
    " AND coalesce(u.transaction_id, u.store) IS NOT NULL",
    _put_use,
)
# Redeemed by the orders that the events name.
OF_ORDERS = Part(
    "coupons_of_orders",
    f"{_FROM} WHERE {_OF_THEM} AND EXISTS (SELECT FROM coupons_use u WHERE u.coupon_id = c.id AND u.undone_at IS NULL"
    f" AND u.transaction_id = ANY({{transactions}})){_LOCK}",
    _put_coupon,
)
# All that stand of these coupons: what is left once the order's are undone says when the last one was.
USES_OF_ORDERS = Part(
    "coupons_of_orders_uses",
    f"{_USES} WHERE {_OF_THEM} AND u.undone_at IS NULL AND u.coupon_id IN (SELECT o.coupon_id FROM coupons_use o"
    " WHERE o.undone_at IS NULL AND o.transaction_id = ANY({transactions}))",
    _put_use,
)
ALL_OF_THEM = Part("coupons_all", f"{_FROM} WHERE {_OF_THEM}{_LOCK}", _put_coupon)
# Those whose day may be over.
DUE = Part(
    "coupons_due",
    f"{_FROM} WHERE c.status IN ('claimed', 'partially_redeemed') AND c.expires_at IS NOT NULL AND {_OF_THEM}{_LOCK}",
    _put_coupon,
)
# In pools whose code is everybody's, or always the same for one customer.
_OF_POOLS = Part(
    "coupons_of_pools",
    f"{_FROM} JOIN coupons_pool p ON p.id = c.pool_id WHERE p.slug = ANY({{names}}) AND c.sharing <> 'individual'"
    f" AND {_OF_THEM}{_LOCK}",
    _put_coupon,
)
# A pool is named once for each code that is wanted.
_FREE_ONES = Part("coupons_free", f"SELECT {_COUPON} FROM take_coupons({{names}}) c", _put_free, shared=True)
# "pool:code".
_FREE_BY_CODE = Part(
    "coupons_free_by_code",
    f"SELECT {_COUPON} FROM unnest({{names}}) AS asked JOIN coupons_pool p ON p.slug = split_part(asked, ':', 1)"
    " JOIN coupons_coupon c ON c.pool_id = p.id AND c.folded = substr(asked, strpos(asked, ':') + 1)"
    f" WHERE c.status = 'unassigned'{_LOCK}",
    _put_free,
    shared=True,
)

# Those that whoever gave them away keeps of the codes of these ids.
_GIVEN_AWAY = Part(
    "coupons_given_away",
    f"{_FROM} WHERE c.status = 'transferred' AND {_OF_THEM} AND EXISTS (SELECT FROM coupons_coupon k"
    f" WHERE k.id = ANY({{rows}}) AND k.pool_id = c.pool_id AND k.folded = c.folded){_LOCK}",
    _put_coupon,
)
_BY_ID = Part("coupons_by_id", f"{_FROM} WHERE c.id = ANY({{rows}}) AND {_OF_THEM}{_LOCK}", _put_coupon)


def parts_of_code(code: str) -> Iterable[Part]:
    """What an event needs that names a code."""
    names = (folded(code),)
    return (replace(_BY_CODE, names=names), replace(_USES_BY_CODE, names=names))


def parts_of_leaving(code: str) -> Iterable[Part]:
    """What an event needs by which a code leaves its holder."""
    return (*parts_of_code(code), replace(_UNDONE_BY_CODE, names=(folded(code),)))


def parts_of_issue(pool: str, code: str | None = None) -> Iterable[Part]:
    """What it takes to give somebody a coupon of the pool: for whatever event does it, by `issuing.issue`."""
    own = replace(_OF_POOLS, names=(pool,))
    if code is None:
        return (own, replace(_FREE_ONES, names=(pool,)))
    return (own, replace(_FREE_BY_CODE, names=(f"{pool}:{folded(code)}",)))


def parts_by_id(ids: frozenset[int]) -> Iterable[Part]:
    """Those of these ids that the customers hold, or have given away: for whatever takes back what it has given."""
    return (replace(_BY_ID, rows=ids), replace(_GIVEN_AWAY, rows=ids))


def coupons_of(state: State) -> list[CouponRow]:
    """By id."""
    found: dict[int, CouponRow] = state.part(COUPONS)
    return [found[id] for id in sorted(found)]


def uses_of(state: State, coupon: CouponRow) -> list[UseRow]:
    """The redemptions that stand, in their order."""
    return [use for use in known_uses(state, coupon) if use.undone_at is None]


def known_uses(state: State, coupon: CouponRow) -> list[UseRow]:
    """All that were read, in their order: which ones, the parts say."""
    found: dict[int, UseRow] = state.part(USES)
    return [use for _, use in sorted(found.items()) if use.coupon_id == coupon.id]
