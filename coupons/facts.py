"""What segments can ask of coupons, as they are stored: one whose day is over counts as held until the timer has seen to it."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.facts.enums import Kind, Reach
from loyalty.facts.kinds import Ask, Fact, Facts, Option, Source

from .models import Pool

_KEY = "c.customer_id"
_NONE = Decimal(0)
_LIVE = "c.status IN ('claimed', 'partially_redeemed')"


def _pools() -> Sequence[tuple[str, str]]:
    return list(Pool.objects.values_list("slug", "name"))


_POOL = Option("pool", _("Coupon pool"), Kind.CHOICE, "of", choices=_pools)
_ANY_POOL = Option("pool", _("Coupon pool"), Kind.CHOICE, "of pool", required=False, choices=_pools)


def _of_pool(ask: Ask) -> list[str]:
    pool = ask.options.get("pool")
    return [f"c.pool_id = (SELECT p.id FROM coupons_pool p WHERE p.slug = {ask.bind(pool)})"] if pool else []


def _holds(ask: Ask) -> Source:
    return Source("TRUE", "coupons_coupon c", [_LIVE, *_of_pool(ask), ask.of(_KEY)], _KEY)


def _redemptions(ask: Ask) -> Source:
    tables = "coupons_use u JOIN coupons_coupon c ON c.id = u.coupon_id"
    where = ["u.undone_at IS NULL", *ask.between("u.redeemed_at"), *_of_pool(ask), ask.of(_KEY)]
    return Source("count(*)", tables, where, _KEY, grouped=True, empty=_NONE)


def _sum(value: str) -> Callable[[Ask], Source]:
    def source(ask: Ask) -> Source:
        return Source(value, "coupons_coupon c", [_LIVE, *_of_pool(ask), ask.of(_KEY)], _KEY, grouped=True, empty=_NONE)

    return source


FACTS = Facts(
    _("Coupons"),
    (
        Fact(
            "coupons.holds", "holding a coupon", Kind.YES, _("Holds a coupon"), _holds, (_POOL,),
            negated="not holding a coupon",
        ),
        Fact(
            "coupons.held", "number of coupons", Kind.NUMBER, _("Number of coupons that are held"), _sum("count(*)"),
            (_ANY_POOL,),
        ),
        Fact(
            "coupons.redeemed", "number of redemptions", Kind.NUMBER, _("Number of redeemed coupons"), _redemptions,
            (_ANY_POOL,), Reach.PAST,
        ),
        Fact(
            "coupons.balance", "gift card balance", Kind.NUMBER, _("Balance of gift cards"),
            _sum("coalesce(sum(c.balance), 0)"), (_ANY_POOL,),
        ),
    ),
)  # fmt: skip
