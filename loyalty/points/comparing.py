"""What a merge does to balances, before it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from customers.models import Customer
from loyalty.accounts.models import Account

from .ledger.models import Balance
from .merging import BUCKETS


@dataclass(frozen=True)
class ComparedBalance:
    """Figures by name, `spendable` among them, of both and of the survivor afterwards; all 0 where there is no row."""

    account: Account
    source: Mapping[str, int]
    target: Mapping[str, int]
    result: Mapping[str, int]


def compared_balances(source: Customer, target: Customer) -> Iterator[ComparedBalance]:
    """The default account first, then by ID."""
    found = Balance.objects.filter(customer__in=[source, target]).select_related("account")
    rows = found.order_by("-account__is_default", "account__slug")
    accounts = {row.account_id: row.account for row in rows}
    by_owner = {(row.customer_id, row.account_id): _figures(row) for row in rows}
    nothing = dict.fromkeys((*BUCKETS, "spendable"), 0)
    for account_id, account in accounts.items():
        theirs, ours = (by_owner.get((one.id, account_id), nothing) for one in (source, target))
        yield ComparedBalance(account, theirs, ours, _together(theirs, ours))


def _figures(row: Balance) -> dict[str, int]:
    return {name: getattr(row, name) for name in (*BUCKETS, "spendable")}


def _together(theirs: Mapping[str, int], ours: Mapping[str, int]) -> dict[str, int]:
    """The sums; a debt is repaid from the other's points."""
    sums = {name: theirs[name] + ours[name] for name in theirs}
    repaid = min(sums["debt"], sums["spendable"])
    return {**sums, "debt": sums["debt"] - repaid, "spendable": sums["spendable"] - repaid}
