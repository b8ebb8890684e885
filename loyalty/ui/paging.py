"""Keyset pages: a cursor names the row where a page begins or ends, so page 10,000 costs what page 1 costs.

A cursor is signed and bound to its list and order. Anything else in its place gives the first page.
The rows run by (sort column, id), both in one direction, so one index serves both directions.
Rows without a sort value come last and are read by a second query: `OR column IS NULL` would defeat the index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from django.core import signing
from django.db.models import F, Lookup, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.tuple_lookups import Tuple
from django.db.models.lookups import GreaterThan, LessThan

SALT = "loyalty.ui.paging"
PAGE_SIZE = 25

Scalar = str | int | bool | Decimal | date | datetime | None
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Order:
    """`key`: sort by this expression of the column, such as Lower("email"). `nullable`: the column may be empty.
    `personal`: its values must not reach a URL, so the cursor carries the id alone and the value is looked up
    (the column is then one of the model's). `owned`: the id alone names no row, or has no index: the cursor carries the
    key of the row's customer too."""

    column: str
    key: Combinable | None = None
    descending: bool = False
    nullable: bool = False
    personal: bool = False
    tie: str = "id"
    owned: bool = False

    @property
    def name(self) -> str:
        return f"{'-' if self.descending else ''}{self.column}"

    @property
    def field(self) -> str:
        return self.column if self.key is None else "sort_key"


@dataclass(frozen=True)
class Cursor:
    """The rows beyond (value, id): the following ones, or the preceding ones if `backwards`."""

    value: Scalar
    id: int
    backwards: bool = False


@dataclass(frozen=True)
class Page(Generic[M]):
    rows: list[M]
    previous: str | None
    next: str | None


def encode(cursor: Cursor, scope: str) -> str:
    payload = [scope, int(cursor.backwards), cursor.id, *_pack(cursor.value)]
    return signing.Signer(salt=SALT).sign_object(payload)


def decode(text: str, scope: str) -> Cursor | None:
    """None for whatever is not a cursor of this scope."""
    try:
        found, backwards, key, kind, value = signing.Signer(salt=SALT).unsign_object(text)
        return Cursor(_unpack(kind, value), int(key), bool(backwards)) if found == scope else None
    except (signing.BadSignature, ValueError, TypeError, ArithmeticError):
        return None


def page_of(
    rows_of: QuerySet[M] | Sequence[QuerySet[M]], order: Order, cursor: str = "", size: int = PAGE_SIZE
) -> Page[M]:
    """One page of an unordered queryset: one query; two at the end of a nullable column, one more for a personal one.

    Of several querysets, each of which an index serves where none serves all of them, the rows are merged.
    """
    apart = [rows_of] if isinstance(rows_of, QuerySet) else rows_of
    scope = f"{apart[0].model._meta.label_lower}:{order.name}"
    start = _start(apart[0], order, decode(cursor, scope) if cursor else None)
    backwards = start is not None and start.backwards
    rows = _take([_keyed(queryset, order) for queryset in apart], order, start, size + 1)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
        if not more and len(rows) < size:
            # Rows have left in the meantime: a full first page serves better than a rest of one.
            return page_of(apart, order, size=size)
    if not rows:
        return Page(rows, previous=None, next=None) if start is None else page_of(apart, order, size=size)
    return Page(
        rows,
        previous=place_of(rows[0], order, scope, backwards=True)
        if (more if backwards else start is not None)
        else None,
        next=place_of(rows[-1], order, scope, backwards=False) if backwards or more else None,
    )


def place_of(row: Model, order: Order, scope: str, *, backwards: bool = False) -> str:
    """The cursor of the rows after this one, or before it."""
    value: object = getattr(row, "customer_id") if order.owned else None  # noqa: B009  not of every model
    if not order.personal:
        value = row
        for part in order.field.split("__"):
            value = getattr(value, part)
    return encode(Cursor(value, getattr(row, order.tie), backwards), scope)  # type: ignore[arg-type]  # a column's value


def _start(queryset: QuerySet[M], order: Order, cursor: Cursor | None) -> Cursor | None:
    if cursor is None or not order.personal:
        return cursor
    everyone = _keyed(queryset.model._default_manager.all(), order)
    if order.owned:
        everyone = everyone.filter(customer_id=cursor.value)
    found = everyone.filter(**{order.tie: cursor.id}).values_list(order.field).first()
    return Cursor(found[0], cursor.id, cursor.backwards) if found else None


def _keyed(queryset: QuerySet[M], order: Order) -> QuerySet[M]:
    return queryset if order.key is None else cast(QuerySet[M], queryset.annotate(sort_key=order.key))


def nearest(apart: Sequence[QuerySet[M]], count: int) -> QuerySet[M]:
    """The first rows of querysets in one order; one query."""
    if len(apart) == 1:
        return apart[0][:count]
    pieces = [queryset[:count] for queryset in apart]
    return pieces[0].union(*pieces[1:], all=True).order_by(*apart[0].query.order_by)[:count]


def _take(apart: Sequence[QuerySet[M]], order: Order, start: Cursor | None, count: int) -> list[M]:
    rows: list[M] = []
    for stretch in zip(*(_parts(queryset, order, start) for queryset in apart), strict=True):
        rows += nearest(stretch, count - len(rows))
        if len(rows) == count:
            break
    return rows


def _parts(queryset: QuerySet[M], order: Order, start: Cursor | None) -> Iterator[QuerySet[M]]:
    """The stretches of rows from the start on, in reading order; empty sort values are the last stretch."""
    backwards = start is not None and start.backwards
    descending = order.descending != backwards
    sign = "-" if descending else ""
    ordered = queryset.order_by(f"{sign}{order.field}", f"{sign}{order.tie}")
    if not order.nullable:
        yield _beyond(ordered, order, start, descending=descending)
        return
    filled = ordered.filter(**{f"{order.field}__isnull": False})
    empty = ordered.filter(**{f"{order.field}__isnull": True})
    in_empty = start is not None and start.value is None
    if not in_empty:
        yield _beyond(filled, order, start, descending=descending)
        if not backwards:
            yield empty
        return
    assert start is not None
    compare = "lt" if descending else "gt"
    yield empty.filter(**{f"{order.tie}__{compare}": start.id})
    if backwards:
        yield filled


def _beyond(queryset: QuerySet[M], order: Order, start: Cursor | None, *, descending: bool) -> QuerySet[M]:
    return queryset if start is None else queryset.filter(beyond(order, start, descending=descending))


def beyond(order: Order, start: Cursor, *, descending: bool) -> Lookup[Any]:
    """A row comparison, not `a < x OR (a = x AND id < y)`: the index then finds the place inside a long tie."""
    compare = LessThan if descending else GreaterThan
    return compare(Tuple(F(order.field), F(order.tie)), Tuple(Value(start.value), Value(start.id)))


def _pack(value: Any) -> tuple[str, Any]:
    match value:
        case None | bool() | int() | str():
            return "plain", value
        case Decimal():
            return "decimal", str(value)
        case datetime():
            return "instant", value.isoformat()
        case date():
            return "day", value.isoformat()
    raise TypeError(f"A list cannot be sorted by values of the type {type(value).__name__}.")


def _unpack(kind: str, value: Any) -> Scalar:
    match kind:
        case "decimal":
            return Decimal(value)
        case "instant":
            return datetime.fromisoformat(value)
        case "day":
            return date.fromisoformat(value)
    return value
