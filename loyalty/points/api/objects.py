"""Accounts and their figures on the wire."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from customers.api.serializers import number
from loyalty.accounts.enums import AccountType
from loyalty.accounts.models import Account, BurnRate
from loyalty.api.wire import Day, Number, Unix, WireObject
from loyalty.points.ledger.balances import Figures
from loyalty.points.ledger.models import Balance

# What the customers of the description's examples have earned, and not spent.
EXAMPLES = {"0519001": 250, "0519002": 100}
_Due = Annotated[int, Meta(description="Points that are still to expire then.")]
_IsDefault = Annotated[bool, Meta(description="Whether the figures of the customer itself are this account's.")]


class ExpiringObject(WireObject):
    date: Day
    points: int


class ExpiringPointsObject(WireObject):
    account: Annotated[
        str, Meta(description="The ID of the account: the customer's own block is the default account's.")
    ]
    today: _Due
    this_month: _Due
    this_year: _Due
    next_month: _Due
    next_year: _Due
    reset_date: Annotated[
        Day | None,
        Meta(description="The last day of the account's year, where points expire on one day of it."),
    ]
    history: list[ExpiringObject] | UnsetType = UNSET


class BurnRateObject(WireObject):
    amount: Annotated[int, Meta(description="What `points` are worth, in hundredths of the currency.")]
    points: int
    currency: str
    converted_amount: Annotated[Number, Meta(description="What the spendable points are worth.")]
    unconverted_points: Annotated[int, Meta(description="Those that do not make up another step.")]


class _AccountFigures(WireObject):
    id: str
    name: str
    default: _IsDefault
    earned: int
    spent: int
    pending: int
    reserved: int
    expired: int
    spendable: int
    point_balance: Annotated[int, Meta(description="What can be spent less what is owed.")]


class AccountObject(_AccountFigures):
    burn_rates: list[BurnRateObject]
    expiring_points: ExpiringPointsObject | UnsetType = UNSET


class AccountAtObject(_AccountFigures):
    debt: int


class BalanceAtObject(WireObject):
    at: Unix
    accounts: list[AccountAtObject]


class PointsObject(WireObject):
    """What a customer has of points. All but the accounts is of the default one."""

    score: Annotated[int, Meta(description="All points ever earned, less what corrections and refunds took back.")]
    spent: int
    reserved: int
    expired: int
    spendable: Annotated[int, Meta(description="Points that can be spent now.")]
    point_balance: Annotated[
        int, Meta(description="What can be spent less what is owed: below 0 while there is a debt.")
    ]
    pending: Annotated[int, Meta(description="Points that wait for the acceptance of their order.")]
    accounts: Annotated[
        list[AccountObject] | UnsetType, Meta(description="Every points account, while there are several.")
    ] = UNSET
    expiring_points: ExpiringPointsObject | UnsetType = UNSET


class ReadAccountObject(WireObject):
    name: str
    type: AccountType
    default: _IsDefault
    earned: int
    reserved: int
    spent: int
    pending: int
    expired: int
    point_balance: Annotated[int, Meta(description="What can be spent less what is owed.")]
    negative_points: Annotated[bool, Meta(description="Whether the account may go negative.")]


class ReadPointsObject(WireObject):
    """What a customer of the Read API has of points."""

    score: Annotated[int, Meta(description="Points ever earned. This and the next five are the default account's.")]
    spent: int
    reserved: int
    expired: int
    pending: int
    point_balance: Annotated[
        int, Meta(description="What can be spent less what is owed: below 0 while there is a debt.")
    ]
    accounts: Annotated[
        dict[str, ReadAccountObject] | UnsetType,
        Meta(description="By the account's ID, while the module Multi-accounts is on."),
    ] = UNSET


Expiring = Mapping[int, ExpiringPointsObject]  # by account


def points_object(default: Balance, accounts: Sequence[Balance] | None, expiring: Expiring) -> PointsObject:
    """`accounts`: all of them while there are several, else None."""
    return PointsObject.of(
        default,
        score=default.earned,
        accounts=UNSET if accounts is None else [_account(one, expiring) for one in accounts],
        expiring_points=expiring.get(default.account_id, UNSET),
    )


def _account(balance: Balance, expiring: Expiring) -> AccountObject:
    return AccountObject.of(
        balance,
        **_named(balance.account),
        burn_rates=[_burn_rate(rate, balance.spendable) for rate in balance.account.burn_rates.all()],
        expiring_points=expiring.get(balance.account_id, UNSET),
    )


def balance_at(at: datetime, balances: Sequence[Figures]) -> BalanceAtObject:
    """What the customer had, or will have, in each account at the instant."""
    accounts = [AccountAtObject.of(one, **_named(one.account)) for one in balances]
    return BalanceAtObject(at=int(at.timestamp()), accounts=accounts)


def _named(account: Account) -> dict[str, Any]:
    return {"id": account.slug, "name": account.name, "default": account.is_default}


def _burn_rate(rate: BurnRate, spendable: int) -> BurnRateObject:
    """What the spendable points are worth; those that do not make up another step stay unconverted."""
    steps, rest = divmod(spendable, rate.points)
    return BurnRateObject.of(rate, converted_amount=number(steps * rate.amount / Decimal(100)), unconverted_points=rest)


def expiring_object(
    account: Account, expiring: Mapping[date, int], today: date, reset: date | None, *, history: bool
) -> ExpiringPointsObject:
    """What is still to expire in each period, by the last day of validity; what is overdue counts as today's."""
    due = {max(day, today): 0 for day in expiring}
    for day, points in expiring.items():
        due[max(day, today)] += points
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)

    def points_in(year: int, month: int | None = None) -> int:
        return sum(points for day, points in due.items() if day.year == year and month in (None, day.month))

    lasts = [ExpiringObject(date=day.isoformat(), points=points) for day, points in expiring.items()]
    return ExpiringPointsObject(
        account=account.slug,
        today=due.get(today, 0),
        this_month=points_in(today.year, today.month),
        this_year=points_in(today.year),
        next_month=points_in(next_month.year, next_month.month),
        next_year=points_in(today.year + 1),
        reset_date=reset.isoformat() if reset else None,
        history=lasts if history else UNSET,
    )


def read_points(default: Balance, accounts: Sequence[Balance] | None) -> ReadPointsObject:
    """`accounts`: all of them while there are several, else None."""
    return ReadPointsObject.of(
        default,
        score=default.earned,
        accounts=UNSET if accounts is None else {one.account.slug: _read_account(one) for one in accounts},
    )


def _read_account(balance: Balance) -> ReadAccountObject:
    account = balance.account
    return ReadAccountObject.of(
        balance,
        name=account.name,
        type=AccountType(account.type),
        default=account.is_default,
        negative_points=account.negative_points,
    )
