"""What mechanisms see of a customer: rows, the tables that they are written to, and the parts that they are read by. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from operator import attrgetter
from typing import Any, ClassVar, Self

from loyalty.refusals import Refused as Refused  # what mechanisms raise

from .events import Ref


def _getter(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    found = tuple(names)
    if len(found) > 1:
        return attrgetter(*found)
    return lambda row: tuple(getattr(row, name) for name in found)


@dataclass(frozen=True, eq=False)
class Table:
    """How rows of one table are written. `columns` maps each column to its PostgreSQL type."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    mutable: tuple[str, ...] = ()
    # Its ids come from this sequence, drawn by the engine in blocks.
    sequence: str | None = None
    # Columns whose database form is another attribute of the row than their name.
    written_as: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def values(self) -> Callable[[Any], tuple[Any, ...]]:
        """Of a row, all columns in their order."""
        return _getter(self.written_as.get(name, name) for name in self.columns)

    @cached_property
    def image(self) -> Callable[[Any], tuple[Any, ...]]:
        """Of a row, the mutable columns: what `edit` keeps and a refusal restores."""
        return _getter(self.mutable)


@cache
def _loader(kind: "type[Row]") -> Callable[..., Any]:
    """Sets all columns by one unpacking, which takes a sixth of the time of as many `setattr`: each event loads a dozen rows.

    As `namedtuple` makes its methods: the names are those of `__slots__`, so nothing comes from outside.
    """
    targets = ", ".join(f"row.{name}" for name in kind.TABLE.columns)
    made: dict[str, Any] = {}
    exec(f"def load(kind, values):\n row = new(kind)\n {targets}, = values\n return row", {"new": object.__new__}, made)  # noqa: S102
    loader: Callable[..., Any] = made["load"]
    return loader


class Row:
    """A row of the state. Subclasses name their `TABLE`; attributes are its columns."""

    __slots__ = ()
    TABLE: ClassVar[Table]

    @classmethod
    def load(cls, values: Sequence[Any]) -> Self:
        """The row of a database answer with all columns in the table's order."""
        row: Self = _loader(cls)(cls, values)  # type: ignore[arg-type]  # a type can be hashed
        return row


@dataclass(frozen=True, eq=False)
class Part:
    """A piece of a customer's state that mechanisms ask for.

    `sql` selects it for the customers in `{customers}`, the customer's id first; `put(state, values)` files one
    row of the answer. `{family}` is a table of (id, survivor): these customers, and all profiles merged into them; what
    reads history reads theirs, the survivor's id first. `{transactions}` is the array of the transaction IDs that the
    batch's events name, `{rows}` that of the ids in `rows`, `{names}` that of the texts in `names`; parts of one name are
    read as one, with the rows and names of all. A shared part belongs to no customer: its rows are filed in `batch.shared`, and it may lock them. Parts are read after the
    customers are locked, in the order of their names; one with `when` in a conversation of its own, if that is true of
    what the others have told of any of the customers.
    """

    name: str
    sql: str
    put: Callable[["State", Sequence[Any]], None]
    shared: bool = False
    when: Callable[["State"], bool] | None = None
    rows: frozenset[int] = frozenset()
    # In the order of the events, each as often as it is asked for.
    names: tuple[str, ...] = ()

    def joined(self, other: "Part") -> "Part":
        """One part for what both ask for, which is of one name."""
        if other is self:
            return self
        return replace(self, rows=self.rows | other.rows, names=(*self.names, *other.names))


class State:
    """One customer's state during a batch; `parts` holds what mechanisms filed, by part name."""

    __slots__ = ("created_by", "customer", "exists", "named", "parts")

    def __init__(self, customer: Any, *, exists: bool) -> None:
        self.customer = customer
        # False until the first accepted event of a customer that this batch creates.
        self.exists = exists
        # The id of the event that creates the customer in this batch.
        self.created_by: int | None = None
        # The external ID by which an event asked for this customer, who is to be created.
        self.named: Ref | None = None
        self.parts: dict[str, dict[Any, Any]] = {}

    def part(self, name: str) -> dict[Any, Any]:
        found = self.parts.get(name)
        if found is None:
            found = self.parts[name] = {}
        return found
