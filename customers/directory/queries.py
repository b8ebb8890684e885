"""One page of the customer list: which customers, in which order, with which figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower

from customers.models import Customer
from events.orders.queries import orders_with
from loyalty.accounts.models import Account
from loyalty.identifiers import normal
from loyalty.points.ledger.models import Balance
from loyalty.ui.paging import PAGE_SIZE, Order, page_of

from .search import MATCHES, Filters, Matches, search

NEWEST = "-joined"
OF_CUSTOMERS: Mapping[str, Order] = {
    "joined": Order("id"),
    "name": Order("last_name", Lower("last_name"), nullable=True, personal=True),
    "email": Order("email", Lower("email"), nullable=True, personal=True),
    "login": Order("last_login_at", nullable=True, personal=True),
}
# Of the default account; the engine opens it for every customer.
OF_BALANCES: Mapping[str, Order] = {
    "score": Order("earned", tie="customer_id"),
    "spendable": Order("spendable", tie="customer_id"),
}
SORTS = frozenset(f"{sign}{key}" for key in (*OF_CUSTOMERS, *OF_BALANCES) for sign in ("", "-"))


@dataclass(frozen=True)
class Row:
    customer: Customer
    balance: Balance


@dataclass(frozen=True)
class Listing:
    """`matches`: how many a search has found, the last ones perhaps left out; None without a search."""

    rows: Sequence[Row]
    previous: str | None = None
    next: str | None = None
    matches: int | None = None
    is_capped: bool = False


def browse(filters: Filters, sort: str, cursor: str = "") -> Listing:
    """The customers in the order of a key of SORTS."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    account_id = _default_account()
    if key in OF_CUSTOMERS:
        everyone = Customer.objects.filter(filters.condition()).defer("properties")
        page = page_of(everyone, replace(OF_CUSTOMERS[key], descending=descending), cursor)
        return Listing(_with_balances(page.rows, account_id), page.previous, page.next)
    balances = Balance.objects.filter(filters.condition("customer__"), account_id=account_id)
    balances = balances.select_related("customer").defer("customer__properties")
    found = page_of(balances, replace(OF_BALANCES[key], descending=descending), cursor)
    return Listing([Row(balance.customer, balance) for balance in found.rows], found.previous, found.next)


def find(text: str, filters: Filters, sort: str, page: str = "") -> Listing:
    """The customers that the text finds, the one of that very ID first. Few enough for numbered pages."""
    matches = search(text, filters)
    account_id = _default_account()
    owners = _owners(text, filters)
    matches = replace(matches, ids=list(dict.fromkeys([*matches.ids, *owners])))
    ids = _sorted(matches, sort, account_id)
    shown = ids[:MATCHES]
    number = int(page) if page.isdecimal() and len(page) < 4 else 1
    start = (number - 1) * PAGE_SIZE if 0 < number <= -(-len(shown) // PAGE_SIZE) else 0
    here = shown[start : start + PAGE_SIZE]
    customers = Customer.objects.defer("properties").in_bulk(here)
    return Listing(
        rows=_with_balances([customers[key] for key in here if key in customers], account_id),
        previous=str(start // PAGE_SIZE) if start else None,
        next=str(start // PAGE_SIZE + 2) if start + PAGE_SIZE < len(shown) else None,
        matches=len(shown),
        is_capped=matches.is_capped or len(ids) > MATCHES,
    )


def _owners(text: str, filters: Filters) -> list[int]:
    """Whose order has the text as its transaction ID, in capitals or not."""
    whole = orders_with(text).filter(filters.condition("customer__"))
    name = normal(text.replace("\x00", ""))
    same = whole.annotate(same=Lower("transaction_id")).filter(same=Lower(Value(name)))
    return list(same.values_list("customer_id", flat=True)[:MATCHES])


def _sorted(matches: Matches, sort: str, account_id: int) -> list[int]:
    """All at once, without a limit: with one, the planner might walk the index of the order for rare matches."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    order = OF_CUSTOMERS.get(key) or OF_BALANCES[key]
    column: Combinable = order.key or F(order.column)
    by = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)  # type: ignore[attr-defined]
    tie = f"{'-' if descending else ''}{order.tie}"
    if key in OF_CUSTOMERS:
        customers = Customer.objects.filter(id__in=matches.ids).order_by(by, tie)
        found = list(customers.values_list("id", flat=True))
    else:
        balances = Balance.objects.filter(customer_id__in=matches.ids, account_id=account_id).order_by(by, tie)
        found = list(balances.values_list("customer_id", flat=True))
    # Sorting is stable: the exact one moves to the front, the others keep their order.
    return sorted(found, key=lambda found_id: found_id != matches.exact)


def _default_account() -> int:
    return Account.objects.values_list("id", flat=True).get(is_default=True)


def _with_balances(customers: Sequence[Customer], account_id: int) -> list[Row]:
    """Zeros for a customer who has no balance there."""
    ids = [customer.id for customer in customers]
    found = {
        balance.customer_id: balance for balance in Balance.objects.filter(customer__in=ids, account_id=account_id)
    }
    empty = Balance(account_id=account_id, spendable=0)
    return [Row(customer, found.get(customer.id, empty)) for customer in customers]
