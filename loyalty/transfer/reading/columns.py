"""What the columns of a file mean: a plan made once from the header, applied to each row."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from customers.fields.enums import FieldType
from customers.fields.rules import CustomersConfig
from events.types.enums import ANY_TYPE
from loyalty.engine.events import Incoming
from loyalty.identifiers import MAX_ID, normal

from .cells import Numbers, UnreadableCell, read_moment
from .headings import TIME, Known
from .reader import Line

# Attributes of built-in actions, and of the lines of an order, that are numbers.
NUMBERS = frozenset(
    "points points_burned points_rewarded total total_quantity quantity discount shipping price subtotal amount".split()
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that changes nothing: where, and why."""

    line: int
    column: str
    code: int
    reason: str
    # What is wrong with the column's value, without naming it.
    predicate: str = ""


@dataclass(frozen=True)
class Catalogue:
    """What the columns of a file can mean: the customers' fields, and by action the types of its attributes."""

    config: CustomersConfig
    # Of the brand's own actions and of built-in ones: {action: {attribute: type}}.
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # In which times without an offset are meant.
    zone: dt.tzinfo = dt.UTC

    def is_number(self, action: str, attribute: str) -> bool:
        """By the attribute's definition for the action, else by the customers' field of that name, else by its name."""
        kind = self.attributes.get(action, {}).get(attribute, ANY_TYPE)
        if kind != ANY_TYPE:
            return kind == FieldType.NUMERIC
        rule = self.config.fields.get(attribute)
        return rule.type == FieldType.NUMERIC if rule else attribute in NUMBERS


@dataclass(frozen=True, slots=True)
class _Numeric:
    """Of an action: the columns that hold numbers, and the attributes that they fill."""

    places: tuple[int, ...]
    names: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """Which column is what. `attributes` is a tree: names to column numbers, or to trees of their own."""

    names: Sequence[str]
    customer: int
    # What the customer's column holds: the brand's ID, or the external ID of this field.
    scheme: str = "id"
    action: int | None = None
    account: int | None = None
    time: int | None = None
    # What stands in the customer's column where the rows are not about customers.
    subject: str = "customer"
    attributes: dict[str, Any] = field(default_factory=dict)
    # The columns by the place on the wire that they fill, such as `items[0].price`, whatever way the header writes it.
    written: dict[str, str] = field(default_factory=dict)
    # Names that mean something, and headings that are none of them.
    known: Known = field(default_factory=Known)
    unknown: list[str] = field(default_factory=list)
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(CustomersConfig()))
    numbers: Numbers = field(default_factory=Numbers)
    # Column numbers by the attribute whose value they hold, at whatever depth.
    places: dict[int, str] = field(default_factory=dict)
    _numeric: dict[str, "_Numeric"] = field(default_factory=dict)

    def customer_of(self, line: Line) -> str | Refusal:
        found = line.cells[self.customer].strip()
        if not found:
            return Refusal(line.number, self.names[self.customer], 0, f"The row names no {self.subject}")
        if len(normal(found)) > MAX_ID or not found.isprintable():
            reason = f"A {self.subject}'s ID has at most {MAX_ID} printable characters"
            return Refusal(line.number, self.names[self.customer], 0, reason)
        return found

    @cached_property
    def data(self) -> Callable[[Sequence[str]], dict[str, Any]]:
        """The attributes that a row's cells fill: an empty cell is an absent attribute, gaps in a list close up."""
        return _object(self.attributes)

    def read_cells(self, line: Line, action: str) -> Refusal | None:
        """Make of the row's numbers and of its time what the engine reads, in place; or say which cell cannot be one."""
        cells, readers = line.cells, [(place, self.numbers.read) for place in self._kinds(action).places]
        if self.time is not None:
            readers.append((self.time, self._read_moment))
        for place, read in readers:
            if cells[place]:
                try:
                    cells[place] = read(cells[place])
                except UnreadableCell as error:
                    return Refusal(line.number, self.names[place], 0, str(error))
        return None

    def numbers_of(self, action: str) -> frozenset[str]:
        """The attributes that the action's rows have as numbers, at whatever depth."""
        return self._kinds(action).names

    def _read_moment(self, cell: str) -> str:
        return read_moment(cell, self.catalogue.zone)

    def _kinds(self, action: str) -> "_Numeric":
        # Actions that nobody has defined share one entry: the file cannot make the memory grow.
        known = action if action in self.catalogue.attributes else ""
        found = self._numeric.get(known)
        if found is None:
            places = tuple(place for place, name in self.places.items() if self.catalogue.is_number(known, name))
            found = _Numeric(places, frozenset({TIME, *(self.places[place] for place in places)}))
            self._numeric[known] = found
        return found

    def column_of(self, field: str) -> str:
        """The heading of the column that a refusal of the engine is about; the name on the wire where the file has none."""
        own = {self.subject: self.customer, "action": self.action, "account": self.account}.get(field)
        return self.written.get(field, field) if own is None else self.names[own]


def event_of(plan: Plan, line: Line) -> Incoming | Refusal:
    """The row as an event. Its cells are read for good: a row is read once."""
    customer = plan.customer_of(line)
    if isinstance(customer, Refusal):
        return customer
    assert plan.action is not None
    action = line.cells[plan.action].strip()
    if not action:
        return Refusal(line.number, plan.names[plan.action], 0, "The row names no action")
    account = line.cells[plan.account].strip() or None if plan.account is not None else None
    if refusal := plan.read_cells(line, action):
        return refusal
    return Incoming(customer, action, plan.data(line.cells), account, scheme=plan.scheme)


def _object(branch: dict[str, Any]) -> Callable[[Sequence[str]], dict[str, Any]]:
    """Reads what is below a name from a row; made once, because a file has many rows."""
    cells_of = [(name, place) for name, place in branch.items() if isinstance(place, int)]
    below = [(name, _below(place)) for name, place in branch.items() if isinstance(place, dict)]

    def read(cells: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {name: cells[place] for name, place in cells_of if cells[place]}
        for name, inner in below:
            value = inner(cells)
            if value:
                found[name] = value
        return found

    return read


def _below(branch: dict[str, Any]) -> Callable[[Sequence[str]], Any]:
    if not next(iter(branch)).isdecimal():
        return _object(branch)
    places = [branch[name] for name in sorted(branch, key=int)]
    readers = [_below(place) if isinstance(place, dict) else itemgetter(place) for place in places]

    def read(cells: Sequence[str]) -> list[Any]:
        return [value for reader in readers if (value := reader(cells))]

    return read
