"""What the columns of a file mean: a plan made once from the header, applied to each row."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from customers.fields import CustomersConfig
from loyalty.engine.types import Incoming

from .reader import Line, UnreadableFile

CUSTOMER_NAMES = ("customer", "customer_id", "_id", "id")
MAX_ID = 128
MAX_DEPTH = 8
_NAME = re.compile(r"[^\[\].]+(?:\[[^\[\].]+\]|\.[^\[\].]+)*")
_PIECE = re.compile(r"[^\[\].]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that changes nothing: where, and why."""

    line: int
    column: str
    code: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """Which column is what. `attributes` is a tree: names to column numbers, or to trees of their own."""

    names: Sequence[str]
    customer: int
    # What the customer's column holds: the brand's ID, or the external ID of this field.
    scheme: str = "id"
    action: int | None = None
    account: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    # How the columns are called in messages: `items[0][price]`, whatever way the header writes it.
    written: dict[str, str] = field(default_factory=dict)

    def customer_of(self, line: Line) -> str | Refusal:
        found = line.cells[self.customer].strip()
        if not found:
            return Refusal(line.number, self.names[self.customer], 0, "The row names no customer")
        if len(found) > MAX_ID or not found.isprintable():
            reason = f"A customer's ID has at most {MAX_ID} printable characters"
            return Refusal(line.number, self.names[self.customer], 0, reason)
        return found

    @cached_property
    def data(self) -> Callable[[Sequence[str]], dict[str, Any]]:
        """The attributes that a row's cells fill: an empty cell is an absent attribute, gaps in a list close up."""
        return _object(self.attributes)

    def column_of(self, reason: str) -> str:
        """The column that a refusal of the engine speaks of."""
        if reason.startswith("Invalid action") and self.action is not None:
            return self.names[self.action]
        place = re.match(r"([\w.]+\[\d+\]): ", reason)
        name = re.search(r"'([^']+)'", reason)
        if name is None:
            return self.written.get(place[1], "") if place else ""
        inner = f"{place[1]}[{name[1]}]" if place else name[1]
        return self.written.get(inner, inner if place else name[1])


def event_of(plan: Plan, line: Line, nonce: str) -> Incoming | Refusal:
    customer = plan.customer_of(line)
    if isinstance(customer, Refusal):
        return customer
    assert plan.action is not None
    action = line.cells[plan.action].strip()
    if not action:
        return Refusal(line.number, plan.names[plan.action], 0, "The row names no action")
    account = line.cells[plan.account].strip() or None if plan.account is not None else None
    return Incoming(customer, action, plan.data(line.cells), account, scheme=plan.scheme, nonce=nonce)


def plan_events(names: Sequence[str], config: CustomersConfig) -> Plan:
    """Raises UnreadableFile naming the column that is missing or cannot be understood."""
    customer, scheme = customer_column(names, config)
    if "action" not in names:
        raise UnreadableFile("The column “action” is missing: it names what each event is, such as opt_in.")
    action = names.index("action")
    account = names.index("account") if "account" in names else None
    plan = Plan(names, customer, scheme, action, account)
    for number, name in enumerate(names):
        if number not in (customer, action, account):
            _place(plan, number, name)
    _check_lists(plan.attributes, "")
    return plan


def customer_column(names: Sequence[str], config: CustomersConfig) -> tuple[int, str]:
    """The column that names the customer, and the scheme: without the ID, an external ID does."""
    found = [name for name in names if name in CUSTOMER_NAMES]
    schemes = [] if found else [name for name in names if name in config.external_ids]
    if schemes:
        found = schemes
    if not found:
        raise UnreadableFile(f"No column names the customer: one must be called {', '.join(CUSTOMER_NAMES)}.")
    if len(found) > 1:
        raise UnreadableFile(f"Two columns name the customer, “{found[0]}” and “{found[1]}”: remove one.")
    return names.index(found[0]), found[0] if schemes else "id"


def _place(plan: Plan, number: int, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UnreadableFile(f"The column name “{name}” is not well formed: write it as total or as items[0][price].")
    path = _PIECE.findall(name)
    if path[0] == "data" and len(path) > 1:
        del path[0]
    if len(path) > MAX_DEPTH:
        raise UnreadableFile(f"The column “{name}” is nested more than {MAX_DEPTH} levels deep.")
    branch = plan.attributes
    for piece in path[:-1]:
        branch = branch.setdefault(piece, {})
        if not isinstance(branch, dict):
            raise _conflict(name)
    if path[-1] in branch:
        raise _conflict(name)
    branch[path[-1]] = number
    plan.written[path[0] + "".join(f"[{piece}]" for piece in path[1:])] = name


def _conflict(name: str) -> UnreadableFile:
    return UnreadableFile(f"The column “{name}” contradicts another: an attribute is a value, a list or an object.")


def _check_lists(branch: dict[str, Any], above: str) -> None:
    """Below a name stand numbers only, a list, or no numbers, an object."""
    for piece, below in branch.items():
        if isinstance(below, dict):
            numbers = [name.isdecimal() for name in below]
            if any(numbers) and not all(numbers):
                raise _conflict(f"{above}{piece}[{next(iter(below))}]")
            _check_lists(below, f"{above}{piece}.")


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
