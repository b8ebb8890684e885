"""Everything that is held about a person, for that person: of each table, the rows about the customer and about the
profiles that were merged into it. Streamed, since somebody may have a hundred thousand events."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.db.models import BinaryField, Model, Q, QuerySet

from customers.models import Customer
from customers.queries import family
from loyalty.accounts.expiry import last_day
from loyalty.contributions import contributed
from loyalty.database.tables import our_models
from loyalty.engine.rows import to_json
from loyalty.system_checks import ROOT
from loyalty.ui.downloads import zip_of_csv

AT_ONCE = 1_000
STORED = "stored"
Names = dict[str, Mapping[Any, str]]


@dataclass(frozen=True)
class NotExported:
    """A table with rows about customers that nobody is shown, and why."""

    model: type[Model]
    reason: str


@dataclass(frozen=True)
class CustomerColumns:
    """Columns of a table that name a customer, any of them, where it is not `customer_id`.

    `narrowed`: what else is true of the rows about these customers, for an index to be used.
    """

    model: type[Model]
    columns: tuple[str, ...]
    narrowed: Callable[[Sequence[int]], Q] = lambda _: Q()


@dataclass(frozen=True)
class ReferenceNames:
    """What a key in a column of this name is shown as."""

    column: str
    read: Callable[[], Iterable[tuple[Any, str]]]


@dataclass(frozen=True)
class Table:
    model: type[Model]
    about: CustomerColumns | None = None
    columns: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        # Of an audit entry, address and browser are those of the staff.
        others: frozenset[str] = getattr(self.model, "OF_STAFF", frozenset())
        names = tuple(name for column in self.model._meta.concrete_fields if (name := column.attname) not in others)
        object.__setattr__(self, "columns", names)

    @classmethod
    def of(cls, model: type[Model]) -> Self | None:
        """None for one that is not about customers, or left out."""
        if any(one.model is model for one in contributed(NotExported)):
            return None
        about = next((one for one in contributed(CustomerColumns) if one.model is model), None)
        owned = any(column.attname == "customer_id" for column in model._meta.concrete_fields)
        return cls(model, about) if owned or about else None

    @property
    def paths(self) -> tuple[str, ...]:
        """Any of them names the customer."""
        return self.about.columns if self.about else ("customer_id",)

    @property
    def name(self) -> str:
        """`GuestOrder` is guest_order."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.model.__name__).lower()

    @property
    def head(self) -> list[str]:
        return [_shown(column) for column in self.columns]

    def rows(self, customers: Sequence[int]) -> Iterator[Sequence[Any]]:
        """By the key of each profile, so many at once, where the table has one; otherwise there are few."""
        if self.paths == ("customer_id",) and "id" in self.columns:
            for customer in customers:
                yield from self._pages(customer)
        else:
            yield from self._found(customers).values_list(*self.columns)

    def _pages(self, customer: int) -> Iterator[Sequence[Any]]:
        last, place = 0, self.columns.index("id")
        found = self.model._default_manager.filter(customer_id=customer).order_by("id").values_list(*self.columns)
        while page := list(found.filter(id__gt=last)[:AT_ONCE]):
            yield from page
            last = page[-1][place]

    def _found(self, customers: Sequence[int]) -> QuerySet[Any]:
        about = Q(*((f"{path}__in", customers) for path in self.paths), _connector=Q.OR)
        about &= self.about.narrowed(customers) if self.about else Q()
        return self.model._default_manager.filter(about).order_by(*self.paths)


def tables() -> list[Table]:
    """The profile first, then the others by name."""
    found = [table for model in our_models() if (table := Table.of(model))]
    return sorted(found, key=lambda table: (table.model._meta.label != ROOT, table.name))


# What is told by its name: accounts, actions and staff have names; customers have IDs of the brand's.
_CUSTOMERS = ("customer_id", "source_id", "survivor_id", "into", "claimed_by", "via_id", "origin_id")
# Told by the last day on which points are valid, as on every page.
_LAST_DAYS = {"expires_at": "valid_through"}


def _shown(column: str) -> str:
    if column in _LAST_DAYS:
        return _LAST_DAYS[column]
    is_named = column in _CUSTOMERS or any(column == names.column for names in contributed(ReferenceNames))
    return column.removesuffix("_id") if is_named else column


class Access:
    """A customer's data, table by table."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.family = family(customer.id)
        ids = dict(Customer.objects.filter(id__in=self.family).values_list("id", "public_id"))
        self.names: Names = dict.fromkeys(_CUSTOMERS, ids)
        self.names |= {names.column: dict(names.read()) for names in contributed(ReferenceNames)}

    def json(self) -> Iterator[bytes]:
        """`{"id": ..., "data": {<table>: [<row>, ...], ...}}`."""
        yield f'{{"id":{to_json(self.customer.public_id)},"data":{{'.encode()
        for number, table in enumerate(tables()):
            yield f'{"," if number else ""}"{table.name}":['.encode()
            head = table.head
            for place, row in enumerate(self._rows(table)):
                yield f"{',' if place else ''}{to_json(dict(zip(head, row, strict=True)))}".encode()
            yield b"]"
        yield b"}}"

    def zip(self) -> Iterator[bytes]:
        """A CSV file for each table, safe to open in a spreadsheet."""
        return zip_of_csv((table.name, table.head, map(_cells, self._rows(table))) for table in tables())

    def _rows(self, table: Table) -> Iterator[Sequence[Any]]:
        secret = {column.attname for column in table.model._meta.concrete_fields if isinstance(column, BinaryField)}
        for row in table.rows(self.family):
            yield [
                STORED if column in secret else self._told(column, value)
                for column, value in zip(table.columns, row, strict=True)
            ]

    def _told(self, column: str, value: Any) -> Any:
        if column in _LAST_DAYS:
            return last_day(value) if value else None
        return self.names[column].get(value, value) if column in self.names else value


def _cells(row: Sequence[Any]) -> list[Any]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    """Numbers stay numbers."""
    match value:
        case bool() | dict() | list():
            return to_json(value)
        case datetime() | date():
            return value.isoformat()
        case None | int() | float() | Decimal():
            return value
    return str(value)
