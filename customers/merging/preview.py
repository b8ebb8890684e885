"""What a merge would do, before it is done; and what may have happened twice, after it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from customers.enums import MergeKind
from customers.models import Customer
from customers.queries import family
from events.models import Event
from events.orders.enums import TransactionStatus
from events.orders.merging import taken_twice
from events.orders.models import Transaction
from loyalty.accounts.models import Account
from loyalty.points.bonuses.models import BonusUse
from loyalty.points.ledger.models import Balance, Lot, Pending
from loyalty.points.merging import BUCKETS
from loyalty.refusals import Refused

from .mechanism import BUILT_IN, FIGURES, MARKS, lacking_fields, lacking_properties, refusal, require_room

MOST_DUPLICATES = 100


@dataclass(frozen=True)
class Compared:
    """A field of both profiles, and what it becomes. `is_filled`: the survivor lacks it and takes it over."""

    name: str
    source: Any
    target: Any
    result: Any
    is_filled: bool = False
    is_custom: bool = False


@dataclass(frozen=True)
class ComparedBalance:
    """Figures by name, `spendable` among them, of both and of the survivor afterwards; all 0 where there is no row."""

    account: Account
    source: Mapping[str, int]
    target: Mapping[str, int]
    result: Mapping[str, int]


@dataclass(frozen=True)
class Preview:
    """The merge of the source into the target, which stays. `moves` counts what goes over, by what it is."""

    source: Customer
    target: Customer
    kind: str
    refusal: Refused | None
    fields: Sequence[Compared]
    figures: Sequence[Compared]
    balances: Sequence[ComparedBalance]
    moves: Mapping[str, int] = field(default_factory=dict)


def merge_preview(source: Customer, target: Customer, kind: str) -> Preview:
    """As of now; a fixed number of queries. What happens before the merge is done may change it."""
    return Preview(
        source=source,
        target=target,
        kind=kind,
        refusal=merge_refusal(source, target, kind),
        fields=list(_fields(source, target, kind)),
        figures=[
            Compared(name, getattr(source, name), getattr(target, name), become(getattr(target, name), getattr(source, name)))
            for name, become in FIGURES.items()
        ],
        balances=list(_balances(source, target)),
        moves=_moves(source),
    )  # fmt: skip


def merge_refusal(source: Customer, target: Customer, kind: str) -> Refused | None:
    """Why the engine would refuse the merge as things are; None: it would not."""
    found = refusal(source.status, target.status, same=source == target)
    if found:
        return found
    if kind == MergeKind.FULL:
        try:
            require_room(target.properties, lacking_properties(target.properties, source.properties))
        except Refused as too_many:
            return too_many
    empty = Q(status=TransactionStatus.DRAFT, items=[], reserved=0, total=0)
    theirs = Transaction.objects.exclude(empty).filter(customer=target).values("transaction_id")
    orders = Transaction.objects.exclude(empty).filter(customer=source, transaction_id__in=theirs)
    both = orders.order_by("transaction_id").values_list("transaction_id", flat=True).first()
    return taken_twice(both) if both else None


def _fields(source: Customer, target: Customer, kind: str) -> Iterator[Compared]:
    """Those that either has a value of: built-in ones, then custom ones by name."""
    filled = lacking_fields(target, source)
    for name in BUILT_IN:
        theirs, ours = getattr(source, name), getattr(target, name)
        if theirs or ours:
            yield Compared(name, theirs, ours, theirs if name in filled else ours, is_filled=name in filled)
    lacking = lacking_properties(target.properties, source.properties) if kind == MergeKind.FULL else {}
    for name in sorted({*source.properties, *target.properties} - MARKS):
        theirs, ours = source.properties.get(name), target.properties.get(name)
        is_filled = name in lacking
        yield Compared(name, theirs, ours, theirs if is_filled else ours, is_filled=is_filled, is_custom=True)


def _balances(source: Customer, target: Customer) -> Iterator[ComparedBalance]:
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


def _moves(source: Customer) -> dict[str, int]:
    counted = {
        "events": Event.objects.filter(customer_id__in=family(source.id)),
        "identities": source.identities.all(),
        "orders": Transaction.objects.filter(customer=source),
        "lots": Lot.objects.filter(customer=source),
        "pending": Pending.objects.filter(customer=source, settled_by=None),
        "bonus_uses": BonusUse.objects.filter(customer=source, points__gt=0),
    }
    return {name: rows.count() for name, rows in counted.items()}


@dataclass(frozen=True)
class Duplicate:
    """Two events of different profiles, the later first, that may tell of the same. `total`: of the orders, if that is it."""

    later: Event
    earlier: Event
    total: Any = None


# For each event one look into the timelines of the others, two days wide: not the product of all their events.
_PAIRS = """
    SELECT a.id, b.id, CASE WHEN ta.total = tb.total AND ta.total > 0 THEN ta.total END
    FROM events_event a
    LEFT JOIN events_transaction ta
        ON a.action = 'checkout' AND ta.transaction_id = a.transaction_id AND ta.customer_id = %(survivor)s
    CROSS JOIN LATERAL (
        SELECT e.id, e.occurred_at, e.points, e.transaction_id FROM events_event e
        WHERE e.customer_id = ANY(%(family)s) AND (e.customer_id = %(survivor)s OR e.customer_id > a.customer_id)
            AND e.occurred_at BETWEEN a.occurred_at - interval '1 day' AND a.occurred_at + interval '1 day'
            AND e.action = a.action AND e.parent_id IS NULL
        OFFSET 0
    ) b
    LEFT JOIN events_transaction tb
        ON a.action = 'checkout' AND tb.transaction_id = b.transaction_id AND tb.customer_id = %(survivor)s
    WHERE a.customer_id = ANY(%(merged)s) AND a.parent_id IS NULL AND a.action NOT IN ('point_expire', 'customer_merge')
        AND (a.points = b.points AND a.points <> 0 OR ta.total = tb.total AND ta.total > 0)
    ORDER BY greatest(a.occurred_at, b.occurred_at) DESC, greatest(a.id, b.id) DESC, least(a.id, b.id) DESC
    LIMIT %(limit)s
"""


def possible_duplicates(survivor: Customer, limit: int = MOST_DUPLICATES) -> list[Duplicate]:
    """The same action with the same points, or the same total of an order, in two of its profiles within a day; newest first.

    Points that expired are no action, and what follows from an event is told with it. Two or three queries.
    """
    profiles = list(family(survivor.id))
    merged = profiles[1:]
    if not merged:
        return []
    with connection.cursor() as cursor:
        params: dict[str, Any] = {"survivor": survivor.id, "family": profiles, "merged": merged, "limit": limit}
        cursor.execute(_PAIRS, params)
        pairs = cursor.fetchall()
    events = Event.objects.filter(customer_id__in=profiles, id__in={id for a, b, _ in pairs for id in (a, b)})
    by_id = {event.id: event for event in events}
    return [_duplicate(by_id[a], by_id[b], total) for a, b, total in pairs]


def _duplicate(one: Event, other: Event, total: Any) -> Duplicate:
    earlier, later = sorted((one, other), key=lambda event: (event.occurred_at, event.id))
    return Duplicate(later, earlier, total)
