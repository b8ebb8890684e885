"""Coupons in the tests that list all of something."""

import datetime as dt
from collections.abc import Callable

from coupons.models import Coupon, Pool
from coupons.operations import (
    assign_coupon,
    change_expiration,
    invalidate_coupon,
    redeem_coupon,
    transfer_coupon,
    unassign_coupon,
    unredeem_coupon,
    withdraw_code,
)
from coupons.stock.operations import change_pool, create_pool, generate_codes, upload_codes
from customers.models import Customer
from loyalty.api.keys.enums import Api
from loyalty.staff.sender import Sender
from tests.engine.world import rows
from tests.factories import make_customer
from tests.listing import Listed

from .pooling import STRONG, assign, make_pool, members, the

_POOL = "INSERT INTO coupons_pool (slug, name, source, type, value) VALUES ('p', 'P', 'uploaded', 'amount', 10)"
_MADE = f"WITH made AS ({_POOL} RETURNING id)"
_ANN = "(SELECT id FROM customers_customer WHERE public_id = 'ann')"


def _pool(**columns: str) -> str:
    told = {"slug": "'p'", "name": "'P'", "source": "'uploaded'", "type": "'amount'", "value": "10", **columns}
    return f"INSERT INTO coupons_pool ({', '.join(told)}) VALUES ({', '.join(told.values())})"


def _coupon(times: int = 1, **columns: str) -> str:
    told = {"pool_id": "id", "code": "'C'", "created_at": "now()", **columns}
    selected = f"SELECT {', '.join(told.values())} FROM made, generate_series(1, {times})"
    return f"{_MADE} INSERT INTO coupons_coupon ({', '.join(told)}) {selected}"


def _use(times: int = 1, **columns: str) -> str:
    told = {"event_id": "number", "coupon_id": "c.id", "redeemed_at": "now()", **columns}
    return (
        f"{_MADE}, c AS (INSERT INTO coupons_coupon (pool_id, code, created_at) SELECT id, 'C', now() FROM made RETURNING id)"
        f" INSERT INTO coupons_use ({', '.join(told)}) SELECT {', '.join(told.values())} FROM c,"
        f" generate_series(1, {times}) AS number"
    )


def _movement(kind: str, amount: int) -> str:
    return (
        f"{_MADE}, c AS (INSERT INTO coupons_coupon (pool_id, code, created_at) SELECT id, 'C', now() FROM made RETURNING id)"
        f" INSERT INTO coupons_movement (coupon_id, event_id, kind, amount, at) SELECT id, 1, '{kind}', {amount}, now() FROM c"
    )


def _live(ann: int, old: int) -> None:
    rows(
        f"{_MADE} INSERT INTO coupons_coupon (id, pool_id, code, status, customer_id, original_id, claimed_at, redeemed_at,"
        " expires_at, invalidated_at, created_at, uses) SELECT 900000 + n, id, 'FOR-' || who, 'redeemed', who, who, now(), now(),"
        " now(), now(), now(), 1 FROM made, unnest(ARRAY[%s, %s]::bigint[]) WITH ORDINALITY AS t (who, n)",
        [ann, old],
    )
    rows(
        "INSERT INTO coupons_use (event_id, coupon_id, transaction_id, store, redeemed_at)"
        " SELECT id, id, 'T-' || id, 'S-' || id, now() FROM coupons_coupon WHERE customer_id IS NOT NULL"
    )


def _held() -> Coupon:
    make_pool("spring", "ANN-1", "FREE")
    make_customer("ann")
    assign("ann")
    return the("ANN-1")


def _ann() -> Customer:
    return Customer.objects.get(public_id="ann")


def _on_held(operate: Callable[..., object], **more: object) -> Callable[[Sender], object]:
    def deed(by: Sender) -> object:
        return operate(coupon=_held(), customer=_ann(), by=by, **more)

    return deed


def _unredeem(by: Sender) -> object:
    coupon = _held()
    redeem_coupon(coupon=coupon, customer=_ann(), by=by)
    return unredeem_coupon(coupon=coupon, customer=_ann(), by=by)


def _transfer(by: Sender) -> object:
    coupon = _held()
    members("ben")
    return transfer_coupon(coupon=coupon, customer=_ann(), receiver=Customer.objects.get(public_id="ben"), by=by)


def _withdraw(by: Sender) -> object:
    _held()
    return withdraw_code(coupon=the("FREE"), by=by)


def _generate(by: Sender) -> object:
    make_pool("summer", source="bulk_generation", pattern=STRONG)
    return generate_codes(slug="summer", number=5, by=by)


def _planted(status_and_uses: str, balance: str = "NULL") -> str:
    return (
        "INSERT INTO coupons_coupon (pool_id, code, status, uses, customer_id, balance, created_at)"
        f" SELECT id, 'PLANTED-' || gen_random_uuid(), {status_and_uses}, {{customer}}, {balance}, now() FROM coupons_pool WHERE slug = 'p'"
    )


_NEW = {"name": "Spring", "source": "uploaded", "type": "amount", "value": "10"}
_DAY = dt.date(2026, 12, 31)
_UNSAVED = Coupon(code="C")


def _own(operate: Callable[..., object], **more: object) -> Callable[[Customer, Sender], object]:
    return lambda customer, by: operate(coupon=_UNSAVED, customer=customer, by=by, **more)


ROUTES = {
    "api-coupons": (Api.ENTITIES, "get"),
    "api-customer-coupons": (Api.DISPLAY, "get"),
    "read-coupons": (Api.READ, "get"),
    "api-coupon-pools": (Api.ENTITIES, "post"),
    "api-coupon-pool": (Api.ENTITIES, "post"),
    "api-coupons-status": (Api.ENTITIES, "get"),
    "api-coupons-error": (Api.ENTITIES, "get"),
    "api-coupons-batch": (Api.ENTITIES, "post"),
}
LISTED = Listed(
    pages=dict.fromkeys(ROUTES, "API key"),
    routes=ROUTES,
    reference=frozenset({"coupons.Pool", "coupons.PoolChange", "coupons.Generation", "coupons.Movement"}),
    versions={"coupons_pool": _POOL},
    attempts={
        "pool_source_is_known": _pool(source="'stolen'", pattern="'#'"),
        "pool_type_is_known": _pool(type="'gold'"),
        "pool_has_a_value": _pool(value="NULL"),
        "pool_is_of_gift_cards": _pool(currency="'EUR'"),
        "pool_has_a_pattern": _pool(source="'generated'"),
        "pool_has_an_address": _pool(source="'remote'"),
        "pool_expiration_is_complete": _pool(expires_after="2"),
        "generation_makes_no_more_than_asked": (
            f"{_MADE} INSERT INTO coupons_generation (pool_id, number, done, created_at) SELECT id, 1, 2, now() FROM made"
        ),
        "coupon_status_is_known": _coupon(status="'lost'"),
        "coupon_sharing_is_known": _coupon(sharing="'some'"),
        "coupon_code_has_one_row": _coupon(times=2),
        "coupon_generic_is_held_once": _coupon(times=2, sharing="'generic'", status="'claimed'", customer_id=_ANN),
        "coupon_aggregated_is_held_once": _coupon(
            times=2, code="'C' || random()", sharing="'aggregated'", status="'claimed'", customer_id=_ANN
        ),
        "coupon_holder_fits_its_status": _coupon(status="'claimed'"),
        "coupon_balance_is_not_negative": _coupon(balance="-1"),
        "coupon_is_not_redeemed_too_often": _coupon(uses="2"),
        "coupon_is_used_once_by_an_order": _use(times=2, transaction_id="'t1'"),
        "use_amount_is_positive": _use(amount="0"),
        "use_is_undone_by_an_event": _use(undone_at="now()"),
        "movement_kind_is_known": _movement("magic", 1),
        "movement_moves_something": _movement("issue", 0),
    },
    live=_live,
    samples={"slug:coupons": ["p"], "coupon_id:coupons": [900_001], "coupon_id:customers": [900_001]},
    deeds={
        "coupon.assign": lambda by: assign_coupon(customer=_held().customer or _ann(), pool=the("FREE").pool, by=by),
        "coupon.redeem": _on_held(redeem_coupon),
        "coupon.unredeem": _unredeem,
        "coupon.unassign": _on_held(unassign_coupon),
        "coupon.invalidate": _on_held(invalidate_coupon),
        "coupon.expiration": _on_held(change_expiration, day=_DAY),
        "coupon.transfer": _transfer,
        "coupon.withdraw": _withdraw,
        "coupon_pool.create": lambda by: create_pool(values=_NEW, by=by),
        "coupon_pool.change": lambda by: change_pool(slug=make_pool().slug, values={"name": "Autumn"}, by=by),
        "coupon_pool.upload": lambda by: upload_codes(slug=make_pool().slug, codes=["A"], by=by),
        "coupon_pool.generate": _generate,
    },
    own_member={
        "coupon.assign": lambda customer, by: assign_coupon(customer=customer, pool=Pool(slug="spring"), by=by),
        "coupon.redeem": _own(redeem_coupon),
        "coupon.unredeem": _own(unredeem_coupon),
        "coupon.unassign": _own(unassign_coupon),
        "coupon.invalidate": _own(invalidate_coupon),
        "coupon.expiration": _own(change_expiration, day=_DAY),
        "coupon.transfer": lambda customer, by: transfer_coupon(
            coupon=_UNSAVED, customer=customer, receiver=customer, by=by
        ),
    },
    before_histories=lambda: rows(f"{_POOL} ON CONFLICT DO NOTHING"),
    corruptions={
        "balance of a gift card": (_planted("'claimed', 0", balance="5"), {"coupon_balances": ["balance"]}),
        "redemptions of a coupon": (_planted("'expired', 1"), {"coupon_uses": ["uses"]}),
        "status of a coupon": (_planted("'redeemed', 0"), {"coupon_statuses": ["status"]}),
    },
)
