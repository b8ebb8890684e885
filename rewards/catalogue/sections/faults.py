"""What of a reward contradicts itself, or names what there is not: named by its place in the program file."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from coupons.enums import CouponType
from loyalty.program.section import Document, Key, Problem
from rewards.catalogue.config import audience_of
from rewards.catalogue.enums import OF_ONE_POOL, OF_POOLS, RewardStatus, RewardType, TransferDate
from rewards.catalogue.schedule import LONGEST, is_instant
from segments.audience.audience import names_of
from segments.audience.kinds import group_kinds

LONGEST_CONTENT = 20_000
Item = Mapping[str, Any]
Fault = tuple[str, str]
# The sections of the file in which kinds of groups are made.
_SECTIONS = {"segment": "segments", "list": "lists", "label": "labels"}


def check_rewards(wanted: Document, current: Document) -> Iterable[Problem]:
    """What has not changed is not judged anew: what it names may have gone."""
    before = {item["id"]: item for item in current["rewards"]}
    for item in wanted["rewards"]:
        was = before.get(item["id"])
        if item == was:
            continue
        faults = (*_of_life(item, was), *_of_itself(item), *_of_intervals(item, was), *_of_others(item, was, wanted))
        for name, message in faults:
            yield Problem(("rewards", Key(item["id"]), name), message)


def _of_life(item: Item, was: Item | None) -> Iterator[Fault]:
    if was is not None and item["type"] != was["type"]:
        yield "type", "cannot be changed: what was claimed is of this type"
    old, new = was["status"] if was else RewardStatus.INACTIVE, item["status"]
    if old == RewardStatus.ARCHIVED and new == RewardStatus.ACTIVE:
        yield "status", "must be inactive first: a restored reward is"
    if new == RewardStatus.ARCHIVED and old == RewardStatus.ACTIVE:
        yield "status", "must be inactive before it is archived"


def _of_itself(item: Item) -> Iterator[Fault]:
    if not item["name"]:
        yield "name", "must be there in one language at least"
    yield from _of_schedule(item)
    if any(len(text) > LONGEST_CONTENT for text in item["content"].values()):
        yield "content", f"must be of at most {LONGEST_CONTENT} characters once it is made safe"
    if item["max_price"] is not None and any(price > item["max_price"] for price in item["prices"].values()):
        yield "max_price", "must not be below the price"
    if item["transfer_date"] != TransferDate.REMAIN and item["transfer_expires"] is None:
        yield "transfer_expires", "is required for this rule of the last day"
    if item["type"] in OF_ONE_POOL and len(item["pools"]) > 1:
        yield "pools", "must be one pool: several are a bundle"
    if item["status"] == RewardStatus.ACTIVE:
        yield from _of_activation(item)


def _of_intervals(item: Item, was: Item | None) -> Iterator[Fault]:
    """A longer one from before stays until it is changed."""
    for name in ("repeat_interval", "transfer_expires"):
        interval = item[name]
        is_new = was is None or interval != was[name]
        if interval and is_new and interval["after"] > LONGEST[interval["unit"]]:
            yield name, "must be within ten years"


def _of_schedule(item: Item) -> Iterator[Fault]:
    wrong = [name for name in ("starts_at", "ends_at") if item[name] is not None and not is_instant(item[name])]
    yield from ((name, "must be a date that there is") for name in wrong)
    if not wrong and item["starts_at"] and item["ends_at"]:
        start, end = (dt.datetime.fromisoformat(item[name]) for name in ("starts_at", "ends_at"))
        if end <= start:
            yield "ends_at", "must be after the start"


def _of_activation(item: Item) -> Iterator[Fault]:
    """What an active one must have, so that somebody can claim it."""
    if not item["prices"]:
        yield "prices", "is required of an active reward; 0 for what costs nothing"
    if item["type"] in OF_POOLS and not item["pools"]:
        yield "pools", "is required of an active reward of this type"
    if item["type"] == RewardType.DOWNLOAD and not item["download_url"]:
        yield "download_url", "is required of an active reward of this type"
    if item["type"] == RewardType.BIDDING and item["ends_at"] is None:
        yield "ends_at", "is required of an active bidding: its end charges the highest bid"


def _of_others(item: Item, was: Item | None, wanted: Document) -> Iterator[Fault]:
    old = was or {"pools": (), "account": "", "category": None, "audience": {}}
    if unknown := _unknown(item["pools"], old["pools"], wanted["coupon_pools"]):
        yield "pools", f"names a coupon pool that there is not: {unknown}"
    if item["type"] == RewardType.DYNAMIC_COUPON:
        yield from _of_values(set(item["pools"]) - set(old["pools"]), wanted)
    if unknown := _unknown([item["account"]], ["", old["account"]], wanted["accounts"]):
        yield "account", f"names an account that there is not: {unknown}"
    if unknown := _unknown([item["category"]], [None, old["category"]], wanted["reward_categories"]):
        yield "category", f"names a reward category that there is not: {unknown}"
    if item["audience"] != old["audience"]:
        yield from _of_audience(item["audience"], wanted)


def _of_values(pools: Collection[str], wanted: Document) -> Iterator[Fault]:
    """A code that a customer gets again and again has one value, however much is paid; a gift card has a balance."""
    for pool in wanted["coupon_pools"]:
        if pool["id"] in pools and pool["aggregated"] and pool["type"] != CouponType.GIFT_CARD:
            yield (
                "pools",
                f"names {pool['id']}, whose customers get one code again: only a gift card is worth what is paid",
            )


def _unknown(names: Collection[Any], old: Collection[Any], items: Collection[Item]) -> Any:
    return next(iter(sorted(set(names) - set(old) - {one["id"] for one in items})), None)


def _of_audience(stored: Mapping[str, Any], wanted: Document) -> Iterator[Fault]:
    groups, kinds = audience_of(stored).groups, group_kinds()
    if unknown := sorted({group.kind for group in groups} - kinds.keys()):
        yield "audience", f"must be of {', '.join(kinds)}, not {unknown[0]}"
        return
    known = names_of(groups)
    for group in groups:
        made = {one["id"] for one in wanted.get(_SECTIONS.get(group.kind, ""), ())}
        if group not in known and group.id not in made:
            yield "audience", f"names no {group.kind} that there is: {group.id}"
