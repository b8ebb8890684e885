"""One page of the customer list: which customers, in which order, with which figures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from customers.models import Customer
from customers.sight.queries import reached, seen
from loyalty.contributions import contributed
from loyalty.database.folding import folded
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.sender import Sender
from loyalty.staff.sight import Sight
from loyalty.ui.paging import PAGE_SIZE, Order, page_of

from .columns import Column, ListFigures, figure_orders
from .search import MATCHES, Filters, Matches, search

NEWEST = "-joined"
# As the audit trail calls it.
VIEW = "customer.view_list"
TOLD_AGAIN = timedelta(minutes=15)
OF_CUSTOMERS: Mapping[str, Order] = {
    "joined": Order("id"),
    "name": Order("last_name", folded("last_name"), nullable=True, personal=True),
    "email": Order("email", folded("email"), nullable=True, personal=True),
    "login": Order("last_login_at", nullable=True, personal=True),
}
# The personal field that an order tells of.
SORTED_BY = {"name": "last_name", "email": "email"}


@dataclass(frozen=True)
class CustomerFinder:
    """Finds customers by a text that something of theirs is called by: their keys."""

    find: Callable[[str, Filters], Iterable[int]]


@dataclass(frozen=True)
class Row:
    """A customer with the rows that hold the figures, in the order in which they are contributed."""

    customer: Customer
    figures: Sequence[Any]

    def cells(self, shown: Sequence[Column]) -> list[tuple[Column, int]]:
        """The figure of each column."""
        by_column = {
            column: getattr(row, column.name)
            for one, row in zip(contributed(ListFigures), self.figures, strict=True)
            for column in one.columns
        }
        return [(column, by_column[column]) for column in shown]


@dataclass(frozen=True)
class Listing:
    """`matches`: how many a search has found, the last ones perhaps left out; None without a search."""

    rows: Sequence[Row]
    previous: str | None = None
    next: str | None = None
    matches: int | None = None
    is_capped: bool = False


def sorts() -> frozenset[str]:
    """The keys of all orders, and with a `-` for the other way round."""
    return frozenset(f"{sign}{key}" for key in (*OF_CUSTOMERS, *figure_orders()) for sign in ("", "-"))


def fields_of(sort: str) -> Sequence[str]:
    """The personal ones that a key of `sorts` tells of."""
    key = sort.removeprefix("-")
    if key in OF_CUSTOMERS:
        return [SORTED_BY[key]] if key in SORTED_BY else ()
    return figure_orders()[key].fields


def browse(filters: Filters, sort: str, cursor: str = "") -> Listing:
    """The customers in the order of a key of `sorts`, as is seen. Raises PermissionDenied for one by what is not seen."""
    filters.sight.require(*fields_of(sort))
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    kept = _Kept(filters.sight)
    if key in OF_CUSTOMERS:
        everyone = Customer.objects.filter(filters.condition()).defer("properties")
        page = page_of(everyone, replace(OF_CUSTOMERS[key], descending=descending), cursor)
        return Listing(kept.with_figures(page.rows), page.previous, page.next)
    figures, order = kept.sorted_by(key)
    rows = kept.rows[figures].filter(filters.condition("customer__"))
    rows = rows.select_related("customer").defer("customer__properties")
    found = page_of(rows, replace(order, descending=descending), cursor)
    customers = [row.customer for row in found.rows]
    read = {figures: {row.customer_id: row for row in found.rows}}
    return Listing(kept.with_figures(customers, read), found.previous, found.next)


def find(text: str, filters: Filters, sort: str, page: str = "") -> Listing:
    """The customers that the text finds, the one of that very ID first. Few enough for numbered pages.

    Raises PermissionDenied for an order by what is not seen.
    """
    filters.sight.require(*fields_of(sort))
    matches = search(text, filters)
    kept = _Kept(filters.sight)
    others = (id for finder in contributed(CustomerFinder) for id in finder.find(text, filters))
    matches = replace(matches, ids=list(dict.fromkeys([*matches.ids, *others])))
    ids = _sorted(matches, sort, kept)
    shown = ids[:MATCHES]
    number = int(page) if page.isdecimal() and len(page) < 4 else 1
    start = (number - 1) * PAGE_SIZE if 0 < number <= -(-len(shown) // PAGE_SIZE) else 0
    here = shown[start : start + PAGE_SIZE]
    customers = Customer.objects.filter(reached(filters.sight)).defer("properties").in_bulk(here)
    return Listing(
        rows=kept.with_figures([customers[key] for key in here if key in customers]),
        previous=str(start // PAGE_SIZE) if start else None,
        next=str(start // PAGE_SIZE + 2) if start + PAGE_SIZE < len(shown) else None,
        matches=len(shown),
        is_capped=matches.is_capped or len(ids) > MATCHES,
    )


class _Kept:
    """The figures that rooms contribute, for one listing: what finds their rows is asked once."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    @cached_property
    def rows(self) -> dict[ListFigures, QuerySet[Any]]:
        return {figures: figures.rows() for figures in contributed(ListFigures)}

    def sorted_by(self, key: str) -> tuple[ListFigures, Order]:
        figures = next(figures for figures in self.rows if key in figures.orders)
        return figures, figures.orders[key].order

    def with_figures(
        self, customers: Sequence[Customer], read: Mapping[ListFigures, Mapping[int, Any]] | None = None
    ) -> list[Row]:
        """`read`: what is known of the figures already, by customer."""
        known = dict(read or {})
        for figures, rows in self.rows.items():
            if figures not in known:
                known[figures] = {
                    row.customer_id: row for row in rows.filter(customer__in=[one.id for one in customers])
                }
        return [
            Row(seen(one, self._sight), [known[figures].get(one.id) or figures.empty() for figures in self.rows])
            for one in customers
        ]


def _sorted(matches: Matches, sort: str, kept: _Kept) -> list[int]:
    """All at once, without a limit: with one, the planner might walk the index of the order for rare matches."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key in OF_CUSTOMERS:
        order, rows, name = OF_CUSTOMERS[key], Customer.objects.filter(id__in=matches.ids), "id"
    else:
        figures, order = kept.sorted_by(key)
        rows, name = kept.rows[figures].filter(customer_id__in=matches.ids), "customer_id"
    column: Combinable = order.key or F(order.column)
    by = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)  # type: ignore[attr-defined]
    tie = f"{'-' if descending else ''}{order.tie}"
    found = list(rows.order_by(by, tie).values_list(name, flat=True))
    # Sorting is stable: the exact one moves to the front, the others keep their order.
    return sorted(found, key=lambda found_id: found_id != matches.exact)


def is_view_to_be_told(by: Sender, *, leafing: bool) -> bool:
    """Leafing through the list is written down each time, opening and searching it once in a quarter of an hour."""
    if leafing:
        return True
    mine = AuditEntry.objects.filter(staff=by.user, operation=VIEW)
    return not mine.filter(at__gt=by.at - TOLD_AGAIN).exists()
