"""What the rules of coupons read of the programme. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from .enums import PATTERNED, CouponType, PoolSource, Sharing
from .pools.patterns import is_generic

APP = "coupons"


@dataclass(frozen=True)
class PoolRule:
    id: int
    slug: str
    name: str
    source: PoolSource
    type: CouponType
    pattern: str = ""
    value: Decimal | None = None
    currency: str = ""
    minimum_value: Decimal | None = None
    minimum_redemption_value: Decimal | None = None
    purchase_minimum: Decimal | None = None
    # (2, "months"): from the day of assignment, through the last day.
    expires: tuple[int, str] | None = None
    aggregated: bool = False
    refund_returns: bool = True
    products: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()

    @property
    def sharing(self) -> Sharing:
        """Of a coupon of the pool that somebody holds."""
        if self.source in PATTERNED and is_generic(self.pattern):
            return Sharing.GENERIC
        return Sharing.AGGREGATED if self.aggregated else Sharing.INDIVIDUAL

    @property
    def is_gift_card(self) -> bool:
        return self.type == CouponType.GIFT_CARD


@dataclass(frozen=True)
class CouponsConfig:
    """The pools by their IDs."""

    pools: Mapping[str, PoolRule] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[int, PoolRule]:
        return {rule.id: rule for rule in self.pools.values()}


def config_of(document: Mapping[str, Any], facts: Mapping[str, Any]) -> CouponsConfig:
    """Of a programme: versions from before there were pools have none."""
    items = document.get("coupon_pools", ())
    return CouponsConfig({item["id"]: _rule(item, facts["coupon_pools"][item["id"]]["id"]) for item in items})


def _rule(item: Mapping[str, Any], id: int) -> PoolRule:
    money = ("value", "minimum_value", "minimum_redemption_value", "purchase_minimum")
    expires = item["expires"]
    return PoolRule(
        id=id,
        slug=item["id"],
        name=item["name"],
        source=PoolSource(item["source"]),
        type=CouponType(item["type"]),
        pattern=item["pattern"],
        currency=item["currency"],
        expires=(expires["after"], expires["unit"]) if expires else None,
        aggregated=item["aggregated"],
        refund_returns=item["refund_returns"],
        products=frozenset(item["products"]),
        stores=frozenset(item["stores"]),
        **{name: None if item[name] is None else Decimal(item[name]) for name in money},
    )
