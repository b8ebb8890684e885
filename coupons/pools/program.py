"""The program file's `coupon_pools`: what pools there are. Their codes are no part of it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from coupons.enums import PATTERNED, CouponType, PoolSource
from loyalty.calendar import Unit
from loyalty.program.section import (
    Document,
    Key,
    Problem,
    Schema,
    Section,
    changed,
    choice,
    fields,
    flag,
    optional,
    several,
    text,
    whole,
)

from .addresses import fault_of_address
from .models import Pool
from .patterns import LEAST_VARIABLES, fault_of_code, is_generic, is_strong, variables

_ID: Schema = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    "maxLength": 64,
    "title": "1 to 64 letters, digits, underscores and hyphens",
}
_MONEY: Schema = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$",
    "title": "an amount such as 12.50",
}
_PLACES: Schema = several({"type": "string", "minLength": 1, "maxLength": 128}, default=[], maxItems=1_000)
PLAIN = (
    "name", "source", "pattern", "remote_url", "type", "currency", "aggregated", "refund_returns", "products", "stores",
)  # fmt: skip
MONEY = ("value", "minimum_value", "minimum_redemption_value", "purchase_minimum")
OF_GIFT_CARDS = ("minimum_value", "minimum_redemption_value")
# What codes were made of stays: another rule is another pool.
FIXED = ("source", "type", "currency", "pattern", "aggregated")
MAX_EXPIRY: Mapping[str, int] = {Unit.DAYS: 3_660, Unit.MONTHS: 120, Unit.YEARS: 10}


def read_pools() -> list[dict[str, Any]]:
    return sorted((read_pool(row) for row in Pool.objects.all()), key=lambda item: item["id"])


def read_pool(row: Pool) -> dict[str, Any]:
    expires = {"after": row.expires_after, "unit": row.expires_unit} if row.expires_after else None
    item = {name: getattr(row, name) for name in PLAIN}
    return tidy({"id": row.slug, "external_id": row.external_id, **item, **_money(row), "expires": expires})


def _money(row: Pool) -> dict[str, str | None]:
    return {name: plain_money(getattr(row, name)) for name in MONEY}


def plain_money(value: Decimal | str | None) -> str | None:
    """Two decimals where there are any."""
    if value is None:
        return None
    found = Decimal(value)
    return f"{found:.0f}" if found == found.to_integral_value() else f"{found:.2f}"


def tidy(item: dict[str, Any]) -> dict[str, Any]:
    """One way of writing amounts; what the type does not ask for is not kept."""
    is_card = item["type"] == CouponType.GIFT_CARD
    kept = {name: plain_money(item[name]) for name in MONEY if is_card or name not in OF_GIFT_CARDS}
    return {
        **item,
        **dict.fromkeys(OF_GIFT_CARDS),
        **kept,
        "value": None if item["type"] == CouponType.FREE_SHIPPING else kept["value"],
        "currency": item["currency"].upper() if is_card else "",
        "pattern": item["pattern"] if item["source"] in PATTERNED else "",
        "remote_url": item["remote_url"] if item["source"] == PoolSource.REMOTE else "",
        "products": sorted(set(item["products"])),
        "stores": sorted(set(item["stores"])),
    }


def pool_facts() -> dict[str, Any]:
    return {slug: {"id": id} for slug, id in Pool.objects.values_list("slug", "id")}


def write_pools(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted. Coupons that exist stay as they are: an update of the pool says otherwise."""
    for item in changed(wanted, current):
        expires = item["expires"] or {"after": None, "unit": ""}
        columns = {name: item[name] for name in (*PLAIN, *MONEY, "external_id")}
        columns |= {"expires_after": expires["after"], "expires_unit": expires["unit"]}
        Pool.objects.update_or_create(slug=item["id"], defaults=columns)


def check_pools(wanted: Document, current: Document) -> Iterable[Problem]:
    before = {item["id"]: item for item in current["coupon_pools"]}
    external = [item["external_id"] for item in wanted["coupon_pools"] if item["external_id"]]
    for item in wanted["coupon_pools"]:
        place = ("coupon_pools", Key(item["id"]))
        for name, message in _problems(item, before.get(item["id"])):
            yield Problem((*place, name), message)
        if item["external_id"] and external.count(item["external_id"]) > 1:
            yield Problem((*place, "external_id"), "must be unique")


def _problems(item: Mapping[str, Any], before: Mapping[str, Any] | None) -> Iterable[tuple[str, str]]:
    for name in FIXED:
        if before is not None and item[name] != before[name]:
            yield name, "cannot be changed: the codes of the pool were made so"
    for name in MONEY:
        least = Decimal("0.01") if name == "value" else Decimal(1)
        if item[name] is not None and Decimal(item[name]) < least:
            yield name, f"must be at least {least}"
    if item["value"] is None and item["type"] != CouponType.FREE_SHIPPING:
        yield "value", "is required for this type"
    if item["expires"] and item["expires"]["after"] > MAX_EXPIRY[item["expires"]["unit"]]:
        yield "expires", "must be within ten years"
    is_named = item["source"] == PoolSource.REMOTE and (before is None or item["remote_url"] != before["remote_url"])
    if is_named and (fault := fault_of_address(item["remote_url"])):
        yield "remote_url", fault
    yield from _problems_of_pattern(item)


def _problems_of_pattern(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    pattern, source = item["pattern"], item["source"]
    if source not in PATTERNED:
        return
    if fault := fault_of_code(pattern):
        yield "pattern", fault
    elif source == PoolSource.BULK and variables(pattern) < LEAST_VARIABLES:
        yield "pattern", f"must have at least {LEAST_VARIABLES} variables for codes that are made beforehand"
    elif item["type"] == CouponType.GIFT_CARD and not is_strong(pattern):
        yield "pattern", "is too easy to guess for gift cards: 16 times $ is enough"
    elif is_generic(pattern) and item["aggregated"]:
        yield "aggregated", "means nothing where the code is everybody's"


POOLS = Section(
    name="coupon_pools",
    key="id",
    schema=fields(
        {
            "id": _ID,
            "external_id": optional({"type": "string", "minLength": 6, "maxLength": 24}),
            "name": text(Pool, "name"),
            "source": choice(PoolSource.values),
            "pattern": text(Pool, "pattern", default=""),
            "remote_url": text(
                Pool,
                "remote_url",
                default="",
                description="Of the system that is asked for each code; no secret stands in it.",
            ),
            "type": choice(CouponType.values),
            **{name: optional(_MONEY) for name in MONEY},
            "currency": {"type": "string", "pattern": "^[A-Za-z]{0,8}$", "default": "", "title": "letters only"},
            "expires": optional(
                fields({"after": whole(1, 3_660), "unit": choice(Unit.values)}, "after", "unit"),
            ),
            "aggregated": flag(default=False, description="One customer always gets the same code."),
            "refund_returns": flag(default=True, description="A whole refund of an order puts its redemptions back."),
            "products": _PLACES,
            "stores": _PLACES,
        },
        "id",
        "name",
        "source",
        "type",
    ),
    read=read_pools,
    facts=pool_facts,
    write=write_pools,
    check=check_pools,
    tidy=tidy,
)
