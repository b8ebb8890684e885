from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from customers.models import Customer
from loyalty.calendar import ONE_DAY, end_of
from loyalty.program.settings import read_settings

from . import expiry
from .bonus_program import bonus_facts, bonus_of, read_bonuses
from .enums import Expiry
from .expiry import ExpiryRule, expires_at
from .idle import idle_dates_of
from .models import Account, Balance, Bonus, Lot, Pending
from .program import account_facts, account_of, read_accounts


@dataclass(frozen=True)
class AccountRule:
    id: int
    slug: str
    name: str
    negative_points: bool = False
    # None: its points never expire by themselves.
    expiry: ExpiryRule | None = None


@dataclass(frozen=True)
class Earning:
    """Points for every 100 units of money, by currency; `percentage` of any other one, None: that earns nothing."""

    basis: str
    rounding: str
    percentage: Decimal | None
    percentages: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class BonusRule:
    """An active bonus; its texts are folded to lower case, but product IDs. `ends_at` is exclusive."""

    id: int
    name: str
    multiplier: Decimal | None = None
    points: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    currency: str | None = None
    minimum: Decimal = Decimal(0)
    customer_limit: int | None = None
    total_limit: int | None = None

    def is_on(self, at: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class PointsConfig:
    """What the points mechanism runs under; `earning` and `bonuses` by account id."""

    accounts: Mapping[str, AccountRule]
    default: AccountRule
    earning: Mapping[int, Earning]
    by_id: Mapping[int, AccountRule]
    bonuses: Mapping[int, tuple[BonusRule, ...]] = field(default_factory=dict)
    # By id the bonuses, active or not, whose limits stay used by orders that are refunded in full.
    used_by_refunded: frozenset[int] = frozenset()

    @cached_property
    def by_activity(self) -> tuple[AccountRule, ...]:
        """The accounts whose points expire some time after the last activity."""
        return tuple(rule for rule in self.by_id.values() if rule.expiry and rule.expiry.kind == Expiry.ACTIVITY)


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


def balances_of(customer_id: int) -> tuple[Balance, list[Balance]]:
    """The customer's balance in the default account, and in every account by its ID; zeros where nothing happened."""
    return balances_of_all([customer_id])[customer_id]


def balances_of_all(customers: Collection[int]) -> dict[int, tuple[Balance, list[Balance]]]:
    """The same of many customers."""
    stored = {(one.customer_id, one.account_id): one for one in Balance.objects.filter(customer__in=customers)}
    accounts = list(Account.objects.order_by("slug").prefetch_related("burn_rates"))
    default = next(number for number, account in enumerate(accounts) if account.is_default)
    found = {}
    for customer in customers:
        balances = []
        for account in accounts:
            balance = stored.get((customer, account.id))
            balance = balance or Balance(customer_id=customer, account_id=account.id, spendable=0)
            balance.account = account
            balances.append(balance)
        found[customer] = balances[default], balances
    return found


def open_lots(customer_id: int, *, of_all_accounts: bool) -> QuerySet[Lot]:
    """The customer's lots that hold points, without an order; else of the default account only."""
    lots = Lot.objects.filter(customer_id=customer_id, remaining__gt=0)
    return lots if of_all_accounts else lots.filter(account__is_default=True)


def last_day(expires_at: datetime) -> date:
    """The last day on which points are valid, in the programme's time zone."""
    return expiry.last_day(expires_at, timezone.get_default_timezone())


def expiring_points(customer_id: int) -> dict[date, int]:
    """What remains in lots of the default account that expire, by the last day of validity, soonest first.

    Where points expire some time after the last activity, the day is the one that holds if none follows.
    """
    account = Account.objects.get(is_default=True)
    return expiring_points_of([customer_id], [account])[customer_id][account.id]


def expiring_points_of(
    customers: Collection[int], accounts: Collection[Account]
) -> dict[int, dict[int, dict[date, int]]]:
    """The same of many customers and of these accounts, by their ids."""
    lots = Lot.objects.filter(customer__in=customers, account__in=accounts, remaining__gt=0)
    idle = idle_dates_of(customers, accounts)
    found: dict[int, dict[int, Counter[date]]]
    found = {customer: {account.id: Counter() for account in accounts} for customer in customers}
    columns = lots.values_list("customer_id", "account_id", "expires_at")
    for customer, account, dated, points in columns.annotate(Sum("remaining")).order_by():
        instant = dated or idle.get(customer, {}).get(account)
        if instant:
            found[customer][account][last_day(instant)] += points
    return {
        customer: {account: dict(sorted(days.items())) for account, days in of_accounts.items()}
        for customer, of_accounts in found.items()
    }


@dataclass(frozen=True)
class Expiring:
    """So many points are valid through that day."""

    last_day: date
    points: int


def next_to_expire(customer_id: int, accounts: Collection[Account]) -> dict[int, Expiring]:
    """By account, what expires soonest; those of which nothing expires are left out."""
    found = expiring_points_of([customer_id], accounts)[customer_id]
    return {account_id: Expiring(*min(days.items())) for account_id, days in found.items() if days}


def reset_date(account: Account, customer: Customer, at: datetime) -> date | None:
    """The last day of the account's period: what is earned now expires with it; None unless yearly."""
    rule = account.expiry_rule
    if rule is None or rule.kind not in {Expiry.CALENDAR, Expiry.ANNIVERSARY}:
        return None
    end = expires_at(rule, at, customer, timezone.get_default_timezone())
    return last_day(end) if end else None


def due_points(at: datetime, after: tuple[datetime, int, int] | None, limit: int) -> list[Pending]:
    """Pending points of events whose days are over, by (due_at, customer, id); `after`: the last one of before."""
    found = Pending.objects.filter(settled_by=None, due_at__lte=at).select_related("customer")
    if after:
        found = found.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], customer__gt=after[1])
                             | Q(due_at=after[0], customer=after[1], id__gt=after[2]))  # fmt: skip
    return list(found.order_by("due_at", "customer_id", "id")[:limit])
