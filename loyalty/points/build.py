"""The configuration of points, built from the program file or from the tables."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from loyalty.accounts.models import Account
from loyalty.accounts.program import account_facts, account_of, read_accounts
from loyalty.calendar import ONE_DAY, end_of
from loyalty.points.bonuses.models import Bonus
from loyalty.points.bonuses.program import bonus_facts, bonus_of, read_bonuses
from loyalty.program.settings import read_settings

from .config import AccountRule, BonusRule, Earning, PointsConfig


def points_config() -> PointsConfig:
    """As it is now."""
    document = {"settings": read_settings(), "accounts": read_accounts(), "bonuses": read_bonuses()}
    facts = {"time_zone": settings.TIME_ZONE, "accounts": account_facts(), "bonuses": bonus_facts()}
    return config_of(document, facts)


def config_of(document: Mapping[str, Any], facts: Mapping[str, Any]) -> PointsConfig:
    """Of a programme: from its file, and the facts beside it."""
    rules: dict[str, AccountRule] = {}
    earning: dict[int, Earning] = {}
    for item in document["accounts"]:
        rule = rules[item["id"]] = account_rule(account_of(item, **facts["accounts"][item["id"]]))
        if item["earning"]:
            earning[rule.id] = _earning(item["earning"], document["settings"])
    bonuses = _bonuses(document["bonuses"], rules, facts)
    default = next(rules[item["id"]] for item in document["accounts"] if item["default"])
    kept = frozenset(
        facts["bonuses"][item["id"]]["id"] for item in document["bonuses"] if not item.get("refund_releases", True)
    )
    return PointsConfig(rules, default, earning, {rule.id: rule for rule in rules.values()}, bonuses, kept)


def account_rule(account: Account) -> AccountRule:
    return AccountRule(account.id, account.slug, account.name, account.negative_points, account.expiry_rule)


def _earning(rule: Mapping[str, Any], brand: Mapping[str, Any]) -> Earning:
    """The general percentage is that of the brand's own currency; of unknown ones, where the brand says so."""
    rates = {currency: Decimal(rate) for currency, rate in rule["percentages"].items()}
    general = Decimal(rule["percentage"])
    # Versions from before there was such a setting earned in every currency.
    of_others = general if brand.get("earn_in_unknown_currencies", True) else None
    return Earning(rule["basis"], rule["rounding"], of_others, {brand["currency"]: general, **rates})


def _bonuses(
    items: Iterable[Mapping[str, Any]], accounts: Mapping[str, AccountRule], facts: Mapping[str, Any]
) -> dict[int, tuple[BonusRule, ...]]:
    """The active ones by account, in the order of their internal ids."""
    zone, found = ZoneInfo(facts["time_zone"]), dict[int, tuple[BonusRule, ...]]()
    for item in sorted(items, key=lambda item: int(facts["bonuses"][item["id"]]["id"])):
        if item["active"]:
            account = accounts[item["account"]].id
            rule = _bonus(bonus_of(item, **facts["bonuses"][item["id"]]), zone)
            found[account] = (*found.get(account, ()), rule)
    return found


def _bonus(bonus: Bonus, zone: ZoneInfo) -> BonusRule:
    return BonusRule(
        id=bonus.id,
        name=bonus.name,
        multiplier=bonus.multiplier,
        points=bonus.points or 0,
        starts_at=end_of(bonus.first_day - ONE_DAY, zone) if bonus.first_day else None,
        ends_at=end_of(bonus.last_day, zone) if bonus.last_day else None,
        products=frozenset(bonus.products),
        categories=frozenset(map(str.casefold, bonus.categories)),
        channels=frozenset(map(str.casefold, bonus.channels)),
        currency=bonus.currency or None,
        minimum=bonus.minimum or Decimal(0),
        customer_limit=bonus.customer_limit,
        total_limit=bonus.total_limit,
    )
