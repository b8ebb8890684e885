"""Coupons and pools as the wire has them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from coupons.enums import Sharing
from coupons.life.holding import status_now
from coupons.models import Coupon, Pool, Use
from coupons.pools.program import plain_money
from customers.api.serializers import number as plain
from customers.queries import public_ids
from events.api.display.objects import wire_moment
from loyalty.api.access.dates import iso_date
from loyalty.calendar import Unit

_ONE = {Unit.DAYS: "day", Unit.MONTHS: "month", Unit.YEARS: "year"}
SECOND = dt.timedelta(seconds=1)


def number(value: Decimal | None) -> int | Decimal | None:
    return None if value is None else plain(value)


def last_second(end: dt.datetime | None) -> dt.datetime | None:
    """On the wire a coupon is valid until its last second."""
    return end and end - SECOND


def _moment(at: dt.datetime | None) -> str | None:
    """As the older APIs have it."""
    return wire_moment(at) if at else None


def _iso(at: dt.datetime | None) -> str | None:
    """As the Read API has it."""
    return iso_date(at) if at else None


Write = Callable[[dt.datetime | None], str | None]


def _without_nothing(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}


def _common(coupon: Coupon, at: dt.datetime, write: Write = _moment) -> dict[str, Any]:
    return {
        "code": coupon.code,
        "name": coupon.pool.name,
        "status": status_now(coupon, at).value,
        "type": coupon.pool.type,
        "value": number(coupon.value),
        "currency": coupon.pool.currency or None,
        "created_at": write(coupon.created_at),
        "claimed_at": write(coupon.claimed_at),
        "pool": coupon.pool.slug,
    }


def coupon_object(coupon: Coupon, at: dt.datetime) -> dict[str, Any]:
    """Of `/coupons`, which tells of anybody's; what there is nothing of is left out."""
    return _without_nothing(
        {
            **_common(coupon, at),
            "customer": {"id": coupon.customer.public_id} if coupon.customer else None,
            "expires_at": _moment(last_second(coupon.expires_at)),
            "balance": number(coupon.balance),
            "min_amount": number(coupon.minimum_value),
            "min_redemption_value": number(coupon.minimum_redemption_value),
            "purchase_threshold": number(coupon.purchase_minimum),
        }
    )


def display_object(coupon: Coupon, at: dt.datetime) -> dict[str, Any]:
    """Of the Display API, which tells a customer of their own."""
    more = {
        "redeemed_at": _moment(coupon.redeemed_at),
        "expires_at": _moment(last_second(coupon.expires_at)),
        "balance": number(coupon.balance),
    }
    return _without_nothing({**_common(coupon, at), **more})


def expiration_time(pool: Pool) -> str | None:
    """As it is written: `2 months`."""
    if pool.expires_after is None:
        return None
    unit = pool.expires_unit if pool.expires_after > 1 else _ONE[Unit(pool.expires_unit)]
    return f"{pool.expires_after} {unit}"


def read_objects(coupons: Sequence[Coupon], uses: Mapping[int, Sequence[Use]], at: dt.datetime) -> list[dict[str, Any]]:
    """Of the Read API. One query for the first owners."""
    originals = public_ids({one.original_id for one in coupons if one.original_id is not None})
    return [_read_object(one, uses.get(one.id, ()), originals, at) for one in coupons]


def _read_object(coupon: Coupon, uses: Sequence[Use], originals: Mapping[int, str], at: dt.datetime) -> dict[str, Any]:
    told = {
        "_id": str(coupon.id),
        **_common(coupon, at, _iso),
        "balance": number(coupon.balance),
        "min_amount": number(coupon.minimum_value),
        "min_redemption_value": number(coupon.minimum_redemption_value),
        "purchase_threshold": number(coupon.purchase_minimum),
        "expires_in": expiration_time(coupon.pool),
        "original": originals.get(coupon.original_id or 0),
        "aggregated": coupon.sharing == Sharing.AGGREGATED,
        "claims": coupon.issued,
        "redeems": coupon.uses,
        "stores": coupon.pool.stores or None,
        "products": coupon.pool.products or None,
    }
    redeemed = [_iso(use.redeemed_at) for use in uses] or None
    nullable = {
        "redeemed_at": redeemed,
        "expiration_date": _iso(last_second(coupon.expires_at)),
        "invalidated_at": _iso(coupon.invalidated_at),
    }
    return {**_without_nothing(told), **nullable}


def pool_object(pool: Pool) -> dict[str, Any]:
    return _without_nothing(
        {
            "id": pool.slug,
            "external_id": pool.external_id,
            "name": pool.name,
            "source": pool.source,
            "type": pool.type,
            "value": _amount(pool.value),
            "minimum_value": _amount(pool.minimum_value),
            "minimum_redemption_value": _amount(pool.minimum_redemption_value),
            "currency": pool.currency or None,
            "purchase_minimum": _amount(pool.purchase_minimum),
            "expiration_time": expiration_time(pool),
            "aggregated": pool.aggregated,
            "products": pool.products,
            "stores": pool.stores,
        }
    )


def _amount(value: Decimal | None) -> int | Decimal | None:
    text = plain_money(value)
    return number(None if text is None else Decimal(text))
