"""Balances and open lots of customers."""

from collections.abc import Collection

from django.db.models import QuerySet

from loyalty.accounts.models import Account

from .models import Balance, Lot


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
