"""The program file's `accounts`, with what their points are worth, how they are earned and when they expire."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.calendar import Unit
from loyalty.program.section import (
    CURRENCY,
    NAME,
    Document,
    Key,
    Problem,
    Section,
    by_name,
    changed,
    choice,
    fields,
    flag,
    several,
    text,
    whole,
)

from .enums import AccountType, EarningBasis, Expiry, Rounding
from .models import Account, BurnRate, EarningRate, EarningRule

MAX_PERCENTAGE = 10_000
MAX_WORTH = 2**31 - 1
PLAIN = ("name", "currency_label", "type", "negative_points")
_NO_EXPIRY: dict[str, Any] = {"after": None, "unit": Unit.MONTHS.value, "month": None, "day": None, "actions": []}
EXPIRY_FIELDS = {
    Expiry.NONE: (),
    Expiry.ANNIVERSARY: (),
    Expiry.ROLLING: ("after", "unit"),
    Expiry.ACTIVITY: ("after", "unit", "actions"),
    Expiry.CALENDAR: ("month", "day"),
}


# Read


def read_accounts() -> list[dict[str, Any]]:
    rows = Account.objects.select_related("earning").prefetch_related("burn_rates", "earning__rates")
    return sorted((_read(row) for row in rows), key=lambda item: item["id"])


def _read(row: Account) -> dict[str, Any]:
    rates = sorted(row.burn_rates.all(), key=lambda rate: rate.currency)
    rule = getattr(row, "earning", None)
    return {
        "id": row.slug,
        **{name: getattr(row, name) for name in PLAIN},
        "default": row.is_default,
        "expiry": tidy_expiry({"rule": row.expiry, **{name: getattr(row, f"expiry_{name}") for name in _NO_EXPIRY}}),
        "burn_rates": {rate.currency: {"points": rate.points, "amount": rate.amount} for rate in rates},
        "earning": _read_earning(rule) if rule else None,
    }


def tidy_expiry(expiry: dict[str, Any]) -> dict[str, Any]:
    """What the rule does not ask for is not in the file."""
    found = {name: expiry[name] for name in ("rule", *EXPIRY_FIELDS[Expiry(expiry["rule"])]) if name in expiry}
    return {**found, "actions": sorted(set(found.get("actions", [])))} if found["rule"] == Expiry.ACTIVITY else found


def _read_earning(rule: EarningRule) -> dict[str, Any]:
    rates = sorted(rule.rates.all(), key=lambda rate: rate.currency)
    return {
        "basis": rule.basis,
        "rounding": rule.rounding,
        "percentage": plain(rule.percentage),
        "percentages": {rate.currency: plain(rate.percentage) for rate in rates},
    }


def plain(number: Decimal | str) -> str:
    """12.5000 is 12.5."""
    return f"{Decimal(number).normalize():f}"


def tidy(account: dict[str, Any]) -> dict[str, Any]:
    earning = None if account["earning"] is None else {**_EARNING_DEFAULTS, **account["earning"]}
    if earning:
        earning["percentage"] = plain(earning["percentage"])
        earning["percentages"] = {name: plain(rate) for name, rate in sorted(earning["percentages"].items())}
    rates = dict(sorted(account["burn_rates"].items()))
    return {**account, "expiry": tidy_expiry(account["expiry"]), "burn_rates": rates, "earning": earning}


def account_facts() -> dict[str, Any]:
    """By account, what no file holds and the engine's rules need."""
    rows = Account.objects.values_list("slug", "id", "expiry_since")
    return {slug: {"id": id, "expiry_since": since and since.isoformat()} for slug, id, since in rows}


def account_of(item: Mapping[str, Any], id: int, expiry_since: str | None) -> Account:
    """The row, unsaved, that the file's item and its facts describe."""
    since = datetime.fromisoformat(expiry_since) if expiry_since else None
    return Account(id=id, slug=item["id"], is_default=item["default"], expiry_since=since, **_columns(item))


# Write


def write_accounts(wanted: list[dict[str, Any]], current: list[dict[str, Any]]) -> None:
    """New and changed ones, with their rates; none is deleted: customers hold points in them."""
    before = {item["id"]: item for item in current}
    for item in changed(wanted, current):
        account, _ = Account.objects.update_or_create(slug=item["id"], defaults=_columns(item))
        _write_rates(account, item, before.get(item["id"], {}))


def _columns(item: Mapping[str, Any]) -> dict[str, Any]:
    expiry = {**_NO_EXPIRY, **item["expiry"]}
    return {"expiry": expiry["rule"], **{f"expiry_{name}": expiry[name] for name in _NO_EXPIRY}} | {
        name: item[name] for name in PLAIN
    }


def _write_rates(account: Account, item: dict[str, Any], before: dict[str, Any]) -> None:
    if item["burn_rates"] != before.get("burn_rates", {}):
        account.burn_rates.all().delete()
        BurnRate.objects.bulk_create(
            BurnRate(account=account, currency=currency, **rate) for currency, rate in item["burn_rates"].items()
        )
    if item["earning"] != before.get("earning"):
        _write_earning(account, item["earning"])


def _write_earning(account: Account, earning: dict[str, Any] | None) -> None:
    if earning is None:
        EarningRule.objects.filter(account=account).delete()
        return
    plain_fields = {name: earning[name] for name in ("basis", "rounding", "percentage")}
    rule, _ = EarningRule.objects.update_or_create(account=account, defaults=plain_fields)
    rule.rates.all().delete()
    EarningRate.objects.bulk_create(
        EarningRate(rule=rule, currency=currency, percentage=rate) for currency, rate in earning["percentages"].items()
    )


# Check


def check_accounts(wanted: Document, current: Document) -> Iterable[Problem]:
    default = next(item["id"] for item in current["accounts"] if item["default"])
    actions = {item["action"] for item in wanted["event_types"]}
    for item in wanted["accounts"]:
        path = ("accounts", Key(item["id"]))
        if item["default"] != (item["id"] == default):
            yield Problem((*path, "default"), f"cannot be changed: the default account is {default}")
        for place, action in enumerate(item["expiry"].get("actions", [])):
            if action not in actions:
                yield Problem((*path, "expiry", "actions", place), "must be an action of event_types")
        yield from (
            Problem((*path, "earning", *name), f"must be {_RATE['title']}") for name in _too_high(item["earning"])
        )


def _too_high(earning: dict[str, Any] | None) -> Iterator[tuple[str, ...]]:
    """The schema cannot compare a number that is written as text."""
    rates: dict[tuple[str, ...], str] = {("percentage",): earning["percentage"]} if earning else {}
    rates |= {("percentages", name): rate for name, rate in (earning or {}).get("percentages", {}).items()}
    yield from (name for name, rate in rates.items() if Decimal(rate) > MAX_PERCENTAGE)


_RATE = {
    "type": "string",
    "pattern": r"^[0-9]{1,5}(\.[0-9]{1,4})?$",
    "title": "a number from 0 to 10000 with at most 4 decimals, as text",
}
_EARNING = fields(
    {
        "basis": choice(EarningBasis.values, default=EarningBasis.TRANSACTION.value),
        "rounding": choice(Rounding.values, default=Rounding.NEAREST.value),
        "percentage": {**_RATE, "default": "100", "description": "Points for every 100 units of money."},
        "percentages": by_name(CURRENCY, _RATE, default={}, description="The same in certain currencies."),
    }
)
_EARNING_DEFAULTS = {name: field["default"] for name, field in _EARNING["properties"].items()}


def _only_with(names: tuple[str, ...], *rules: Expiry) -> dict[str, Any]:
    """Fields that these rules need and the others may not have; `actions` may be left out."""
    return {
        "if": {"properties": {"rule": choice([rule.value for rule in rules])}},
        "then": {"required": [name for name in names if name != "actions"]},
        "else": {"properties": {name: {"not": {}} for name in names}},
    }


_EXPIRY_SCHEMA = {
    **fields(
        {
            "rule": choice(Expiry.values),
            "after": whole(1, 1_000),
            "unit": choice(Unit.values),
            "month": whole(1, 12),
            "day": whole(1, 31, description="The last day on which the points are valid."),
            "actions": several(NAME, description="What counts as an activity. None: all that earns or spends points."),
        },
        "rule",
    ),
    "allOf": [
        _only_with(("after", "unit"), Expiry.ROLLING, Expiry.ACTIVITY),
        _only_with(("actions",), Expiry.ACTIVITY),
        _only_with(("month", "day"), Expiry.CALENDAR),
    ],
    "default": {"rule": Expiry.NONE.value},
}

ACCOUNTS = Section(
    name="accounts",
    key="id",
    schema=fields(
        {
            "id": NAME,
            "name": text(Account, "name"),
            "currency_label": text(Account, "currency_label", default="points"),
            "type": choice(AccountType.values, default=AccountType.STANDARD.value),
            "default": flag(default=False, description="One account is, and stays so."),
            "negative_points": flag(default=False, description="What cannot be taken becomes a debt."),
            "expiry": _EXPIRY_SCHEMA,
            "burn_rates": by_name(
                CURRENCY,
                fields({"points": whole(1, MAX_WORTH), "amount": whole(1, MAX_WORTH)}, "points", "amount"),
                default={},
                description="What so many points are worth, in minor units: 100 is 1.00.",
            ),
            "earning": {**_EARNING, "type": ["object", "null"], "default": None},
        },
        "id",
    ),
    read=read_accounts,
    facts=account_facts,
    write=write_accounts,
    check=check_accounts,
    tidy=tidy,
)
