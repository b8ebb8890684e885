"""What the customer list shows and sorts by beside the profile itself: figures and words that other rooms keep."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from customers.models import Customer
from loyalty.contributions import contributed
from loyalty.staff.sight import Sight
from loyalty.ui.paging import Order
from loyalty.ui.responses import Text


@dataclass(frozen=True, eq=False)
class Column:
    """A figure: the attribute `name` of a row. `sort`: the key of the order that the head offers; empty for none.

    `module`: it is shown while that module is on.
    """

    label: Text
    name: str
    css: str
    sort: str = ""
    module: str = ""
    is_strong: bool = False


@dataclass(frozen=True)
class FigureOrder:
    """An order by a figure, whose `tie` is the customer; with the names of both ways. `fields`: the personal ones that it
    tells of, to those alone who see them."""

    order: Order
    highest: Text
    lowest: Text
    fields: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class ListFigures:
    """Figures in a table of their own with a row for each customer. `rows`: of all; `empty`: of who has none yet."""

    columns: Sequence[Column]
    orders: Mapping[str, FigureOrder]
    rows: Callable[[], QuerySet[Any]]
    empty: Callable[[], Model]


@dataclass(frozen=True)
class ListColumn:
    """A column of words after the addresses. `read`: by customer what it says, given those of a page; a fixed number of
    queries. `is_shown`: whether there is anything to say at all; not asked while its `module` is off. `fields`: the
    personal ones that it tells of, to those alone who see them.
    """

    label: Text
    css: str
    read: Callable[[Sequence[Customer]], Mapping[int, str]]
    is_shown: Callable[[], bool] = lambda: True
    module: str = ""
    fields: Sequence[str] = ()


def word_columns(modules: Collection[str], sight: Sight) -> list[ListColumn]:
    """Those that are shown while these modules are on."""
    on = (column for column in contributed(ListColumn) if not column.module or column.module in modules)
    return [column for column in on if all(map(sight.sees, column.fields)) and column.is_shown()]


def figure_orders() -> dict[str, FigureOrder]:
    """By their keys."""
    return {key: order for figures in contributed(ListFigures) for key, order in figures.orders.items()}


def columns(modules: Sequence[str]) -> list[Column]:
    """Those that are shown while these modules are on."""
    found = (column for figures in contributed(ListFigures) for column in figures.columns)
    return [column for column in found if not column.module or column.module in modules]
