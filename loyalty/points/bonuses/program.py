"""The program file's `bonuses`."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import override

from loyalty.accounts.models import Account
from loyalty.accounts.program import plain
from loyalty.points.enums import BonusKind
from loyalty.program.section import (
    CURRENCY,
    NAME,
    Document,
    Key,
    Problem,
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

from .models import Bonus

DECIMALS, DAYS = ("multiplier", "minimum"), ("first_day", "last_day")
PLAIN = (
    "name", "active", "kind", "points", "products", "categories", "channels", "currency", "customer_limit", "total_limit",
)  # fmt: skip
MAX_LIMIT = 2**63 - 1


def read_bonuses() -> list[dict[str, Any]]:
    return sorted((_read(row) for row in Bonus.objects.select_related("account")), key=lambda item: item["id"])


def _read(row: Bonus) -> dict[str, Any]:
    return tidy(
        {
            "id": row.slug,
            "account": row.account.slug,
            **{name: getattr(row, name) for name in (*PLAIN, "refund_releases")},
            **{name: None if getattr(row, name) is None else str(getattr(row, name)) for name in (*DECIMALS, *DAYS)},
        }
    )


def tidy(bonus: dict[str, Any]) -> dict[str, Any]:
    return {
        **bonus,
        **{name: None if bonus[name] is None else plain(bonus[name]) for name in DECIMALS},
        "currency": bonus["currency"] or None,
    }


def bonus_facts() -> dict[str, Any]:
    return {slug: {"id": id} for slug, id in Bonus.objects.values_list("slug", "id")}


def bonus_of(item: Mapping[str, Any], **known: Any) -> Bonus:
    """The row, unsaved, that the file's item describes. Raises ValueError for a day that is none."""
    return Bonus(slug=item["id"], **_columns(item), **known)


def _columns(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: item[name] for name in PLAIN},
        # Versions from before there was such a setting have none.
        "refund_releases": item.get("refund_releases", True),
        **{name: None if item[name] is None else Decimal(item[name]) for name in DECIMALS},
        **{name: None if item[name] is None else date.fromisoformat(item[name]) for name in DAYS},
    }


def write_bonuses(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones; none is deleted: points name the bonus they came from."""
    accounts = dict(Account.objects.values_list("slug", "id"))
    for item in changed(wanted, current):
        Bonus.objects.update_or_create(
            slug=item["id"], defaults={"account_id": accounts[item["account"]], **_columns(item)}
        )


def check_bonuses(wanted: Document, current: Document) -> Iterable[Problem]:
    accounts = {item["id"] for item in wanted["accounts"]}
    for item in wanted["bonuses"]:
        path = ("bonuses", Key(item["id"]))
        if item["account"] not in accounts:
            yield Problem((*path, "account"), "must be the ID of one of the accounts")
        yield from (Problem((*path, name), message) for name, message in _wrong(item))


def _wrong(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What the model's own rules say."""
    days = [name for name in DAYS if item[name] is not None and not _is_day(item[name])]
    if days:
        yield from ((name, f"must be {_DAY['title']}") for name in days)
        return
    try:
        with override("en"):
            bonus_of(item).full_clean(exclude=["account", "slug"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        yield from ((name, " ".join(messages)) for name, messages in error.message_dict.items())


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


_DAY: dict[str, Any] = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "title": "a day such as 2026-12-31",
}
_NUMBER: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[0-9]{1,16}(\.[0-9]{1,4})?$",
    "title": "a number with at most 4 decimals, as text",
}
_LIST = several({"type": "string", "minLength": 1, "maxLength": 200}, maxItems=1_000, default=[])

BONUSES = Section(
    name="bonuses",
    key="id",
    schema=fields(
        {
            "id": NAME,
            "account": NAME,
            "name": text(Bonus, "name"),
            "active": flag(default=True),
            "kind": choice(BonusKind.values, default=BonusKind.MULTIPLIER.value),
            "multiplier": optional({**_NUMBER, "description": "2 doubles the points of what it matches."}),
            "points": optional(whole(1, 2**31 - 1)),
            "first_day": optional(_DAY),
            "last_day": optional({**_DAY, "description": "Valid through this day."}),
            "products": _LIST,
            "categories": _LIST,
            "channels": _LIST,
            "currency": optional(CURRENCY),
            "minimum": optional({**_NUMBER, "description": "Of what it matches, in its currency."}),
            "customer_limit": optional(whole(1, MAX_LIMIT, description="Points.")),
            "total_limit": optional(whole(1, MAX_LIMIT, description="Points of all customers together.")),
            "refund_releases": flag(default=True, description="A full refund gives back what it used of the limits."),
        },
        "id",
    ),
    read=read_bonuses,
    facts=bonus_facts,
    write=write_bonuses,
    check=check_bonuses,
    tidy=tidy,
)
