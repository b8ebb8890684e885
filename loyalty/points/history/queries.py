"""What moved a customer's points, with the balance after each: the ledger as the points history tells it.

In the order of effect, as the Events tab: an import brings years at once, and a backdated event stands where it
belongs. So the balance after a row counts what was recorded later for earlier days too; what was *known* at an
instant is what `balances.py` tells.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext

from events.models import Event
from events.orders.models import Transaction
from events.timeline.queries import Names, PointsStatus, TimelineEntry, describe_events, events_of
from loyalty.accounts.expiry import last_day
from loyalty.accounts.models import Account
from loyalty.calendar import Unit, later
from loyalty.points.enums import NO_MOVEMENT, EntryKind
from loyalty.points.expiry.idle import ends_of
from loyalty.points.ledger.models import Entry, Lot
from loyalty.staff.sight import EVERYTHING, Sight
from loyalty.ui.charts import Chart, Series, area
from loyalty.ui.paging import PAGE_SIZE, Cursor, decode, encode

SCOPE = "points:history"
ONE_DAY = dt.timedelta(days=1)
# Of the chart: so many days are marked, and with more than a year between them they are named by month and year.
MARKS = 12
LONG = dt.timedelta(days=366)


@dataclass(frozen=True)
class Filters:
    """None or empty filters nothing. `since` is the first instant, `until` the first one beyond."""

    account_id: int | None = None
    kind: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Movement:
    """What one event did to one account. `points` moved spendable points or debt, `pending` those outside."""

    event_id: int
    account_id: int
    points: int
    pending: int
    balance: int
    kinds: Sequence[str]
    recorded_at: dt.datetime


@dataclass(frozen=True)
class Row:
    """A movement as people read it. `expires_at` is the earliest date of the points that the event earned.

    `order_id`: the key of the order that the event belongs to.
    """

    moved: Movement
    told: TimelineEntry
    account: str
    expires_at: dt.datetime | None
    order_id: int | None

    @property
    def event(self) -> Event:
        return self.told.event

    @property
    def status(self) -> PointsStatus | None:
        return self.told.status

    @property
    def last_day(self) -> dt.date | None:
        return last_day(self.expires_at) if self.expires_at else None

    @property
    def kinds(self) -> str:
        return ", ".join(str(EntryKind(kind).label) for kind in self.moved.kinds)

    @property
    def reason(self) -> str:
        return str(self.event.data.get("reason") or "")

    @property
    def was_backdated(self) -> bool:
        return self.event.recorded_at - self.event.occurred_at > dt.timedelta(minutes=1)


@dataclass(frozen=True)
class History:
    """One page of it; `previous` and `next` are cursors."""

    rows: Sequence[Movement]
    previous: str | None = None
    next: str | None = None


# The balance is reckoned over all that the customer ever had, whatever of it is shown: a statement's last column.
# What moved to the customer with a merge was earned and used under the ids of others; the moves cancel each other.
_MOVED = """
    SELECT e.id, n.account_id, n.points, n.pending,
        (sum(n.points) OVER (PARTITION BY n.account_id ORDER BY e.occurred_at, e.id))::bigint AS balance,
        n.kinds, e.recorded_at, e.occurred_at
    FROM (
        SELECT customer_id, event_id, account_id, array_agg(DISTINCT kind ORDER BY kind) AS kinds,
            coalesce(sum(points) FILTER (WHERE kind <> 'pending'), 0)::bigint AS points,
            coalesce(sum(points) FILTER (WHERE kind = 'pending'), 0)::bigint AS pending
        FROM points_entry WHERE customer_id IN ({family}) AND kind <> 'move' GROUP BY customer_id, event_id, account_id
    ) n JOIN events_event e ON e.customer_id = n.customer_id AND e.id = n.event_id
    WHERE e.customer_id IN ({family})
"""
_PLACE = "(moved.occurred_at, moved.id, moved.account_id)"


def history_of(family: Sequence[int], filters: Filters, page: str = "", size: int = PAGE_SIZE) -> History:
    """The movements, newest first; one query, of which the family's own entries and events are read.

    Cursors name the event alone: when something happened is personal and must not reach an address.
    """
    start = decode(page, SCOPE) if page else None
    rows = movements(family, filters, start, size + 1)
    backwards = start is not None and start.backwards
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows and start:
        return history_of(family, filters, size=size)
    return History(
        rows,
        previous=_cursor(rows[0], backwards=True) if rows and (more if backwards else start) else None,
        next=_cursor(rows[-1], backwards=False) if rows and (backwards or more) else None,
    )


def _cursor(row: Movement, *, backwards: bool) -> str:
    return encode(after(row, backwards=backwards), SCOPE)


def after(row: Movement, *, backwards: bool = False) -> Cursor:
    return Cursor(row.account_id, row.event_id, backwards)


def movements(family: Sequence[int], filters: Filters, start: Cursor | None, size: int) -> list[Movement]:
    """The `size` rows beyond the cursor, the nearest first."""
    conditions, bound = _conditions(filters)
    backwards = start is not None and start.backwards
    if start:
        place = "SELECT occurred_at, id, %(account_of_start)s::bigint FROM events_event"
        sign = ">" if backwards else "<"
        conditions.append(f"{_PLACE} {sign} ({place} WHERE customer_id IN ({{family}}) AND id = %(start)s)")
        bound |= {"start": start.id, "account_of_start": start.value}
    direction = "ASC" if backwards else "DESC"
    order = ", ".join(f"moved.{column} {direction}" for column in ("occurred_at", "id", "account_id"))
    statement = f"SELECT * FROM ({_MOVED}) moved WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT %(size)s"
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{family}", ", ".join(map(str, family))), {"size": size, **bound})
        return [Movement(*row[:-1]) for row in cursor.fetchall()]


def _conditions(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    bound: dict[str, Any] = {
        "account": filters.account_id,
        "kind": filters.kind or None,
        "since": filters.since,
        "until": filters.until,
    }
    texts = {
        "account": "moved.account_id = %(account)s",
        "kind": "%(kind)s = ANY(moved.kinds)",
        "since": "moved.occurred_at >= %(since)s",
        "until": "moved.occurred_at < %(until)s",
    }
    wanted = {name: value for name, value in bound.items() if value is not None}
    return ["true", *(texts[name] for name in wanted)], wanted


def rows_of(
    family: Sequence[int],
    moved: Sequence[Movement],
    known: Names,
    at: dt.datetime,
    *,
    expiring: bool,
    sight: Sight = EVERYTHING,
) -> list[Row]:
    """The movements with what their events say; a fixed number of queries. `expiring` and `sight` as in `describe_events`."""
    ids = {one.event_id for one in moved}
    events = list(events_of(family).filter(id__in=ids).select_related("staff"))
    told = {row.event.id: row for row in describe_events(family, events, known, at, expiring=expiring, sight=sight)}
    expiries = _expiries(family[0], ids)
    named = {event.transaction_id for event in events if event.transaction_id}
    orders = Transaction.objects.filter(customer_id=family[0], transaction_id__in=named)
    order_ids: dict[str | None, int] = dict(orders.values_list("transaction_id", "id"))
    return [
        Row(
            moved=one,
            told=told[one.event_id],
            account=known.accounts.get(one.account_id, ""),
            expires_at=expiries.get((one.event_id, one.account_id)),
            order_id=order_ids.get(told[one.event_id].event.transaction_id),
        )
        for one in moved
    ]


def _expiries(customer_id: int, event_ids: set[int]) -> dict[tuple[int, int], dt.datetime]:
    """By event and account; points without a date of their own have that of the last activity."""
    lots = list(Lot.objects.filter(customer_id=customer_id, event_id__in=event_ids).select_related("account"))
    ends = ends_of(customer_id, lots)
    found: dict[tuple[int, int], dt.datetime] = {}
    for lot in lots:
        expires_at = ends.get(lot.id)
        key = lot.event_id, lot.account_id
        if expires_at and (key not in found or expires_at < found[key]):
            found[key] = expires_at
    return found


def accounts() -> list[Account]:
    """By their ID, the default one first."""
    return list(Account.objects.order_by("-is_default", "slug"))


def daily_changes(family: Sequence[int], account_id: int) -> dict[dt.date, int]:
    """By how much the balance changed on each day of the programme's time zone, by effect, oldest first."""
    entries = Entry.objects.filter(customer_id__in=family, account_id=account_id).exclude(kind__in=NO_MOVEMENT)
    days = entries.annotate(day=TruncDate("event__occurred_at")).values_list("day")
    return dict(days.annotate(total=Sum("points")).order_by("day"))


def chart_of(changes: Mapping[dt.date, int], first: dt.date | None, last: dt.date) -> Chart | None:
    """The balance at the ends of some days up to `last`, from the one before `first` or the first change; None if none."""
    first = first or min(changes, default=last)
    if not changes or first > last:
        return None
    marks = marks_between(first - ONE_DAY, last)
    values = [sum(change for day, change in changes.items() if day <= mark) for mark in marks]
    shown = "j M" if last - first < LONG else "M Y"
    return area([date_format(mark, shown) for mark in marks], Series(gettext("Balance"), values))


def marks_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Both, and days between them in even steps of days, weeks or months: about a dozen."""
    span = (last - first).days
    if span <= 7 * MARKS:
        step = 1 if span <= MARKS else 7
        found = [last - days * ONE_DAY for days in range(0, span, step)]
    else:
        months = (last.year - first.year) * 12 + last.month - first.month
        step = -(-months // MARKS)
        ends = [later(last.replace(day=1), -number, Unit.MONTHS) - ONE_DAY for number in range(0, months, step)]
        found, step = [last, *ends], 30 * step
    # The chart spaces them evenly: the first gap may be longer than a step, but not next to nothing.
    return [first, *(day for day in reversed(found) if day == last or 2 * (day - first).days >= step)]
