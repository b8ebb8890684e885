"""A customer's balances as of any instant.

Past ones are sums of entries by their processing time: what was known then, and so what the customer was told and
could spend. Later records never change them, which is what makes them evidence. Future ones are today's, and what is
known to come: points that expire, and pending points whose time comes.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, Sum

from customers.models import Customer
from customers.queries import family, family_at
from events.orders.enums import TransactionStatus
from events.orders.models import Transaction
from loyalty.accounts.enums import EXPIRING_POINTS, Expiry
from loyalty.accounts.expiry import ExpiryRule, Member, expires_at, idle_at
from loyalty.accounts.models import Account
from loyalty.points.enums import BUCKETS, EntryKind
from loyalty.program.queries import general_settings

from .models import Balance, Entry, Lot, Pending


@dataclass
class Figures:
    """The buckets of one account, in points; earned − spent − expired − reserved = spendable − debt."""

    account: Account
    earned: int = 0
    spent: int = 0
    expired: int = 0
    reserved: int = 0
    pending: int = 0
    debt: int = 0

    @property
    def spendable(self) -> int:
        return self.earned - self.spent - self.expired - self.reserved + self.debt

    @property
    def point_balance(self) -> int:
        """What can be spent less what is owed."""
        return self.spendable - self.debt

    def add(self, kind: EntryKind, points: int, *, owed: bool) -> None:
        """An entry's part in them; `owed`: it touches no lot."""
        if bucket := BUCKETS[kind]:
            name, sign = bucket
            setattr(self, name, getattr(self, name) + sign * points)
        if owed and kind is not EntryKind.PENDING:
            self.debt -= points


def balances_at(customer: Customer, at: dt.datetime, now: dt.datetime) -> list[Figures]:
    """Of every account, by its ID; a fixed number of queries.

    What a merged profile had is the customer's from the instant of the merge on.
    """
    if at > now:
        return _forecast(customer, at, now)
    return _sums(family_at(customer.id, at), Q(recorded_at__lte=at))


def balances_by_effect(family: Sequence[int], at: dt.datetime) -> list[Figures]:
    """The same as it is known today: what was recorded later for an effect by then counts too, merges as well."""
    return _sums(family, Q(event__occurred_at__lte=at))


def _sums(family: Sequence[int], condition: Q) -> list[Figures]:
    found = {account.id: Figures(account) for account in Account.objects.order_by("slug")}
    owed = ExpressionWrapper(Q(lot_id__isnull=True), output_field=BooleanField())
    entries = Entry.objects.filter(condition, customer_id__in=family).annotate(owed=owed)
    for account_id, kind, is_owed, points in (
        entries.values_list("account_id", "kind", "owed").annotate(total=Sum("points")).order_by()
    ):
        found[account_id].add(EntryKind(kind), points, owed=is_owed)
    return list(found.values())


@dataclass(order=True)
class _Due:
    """Points that expire then, or that are promised for then."""

    at: dt.datetime
    is_promise: bool
    points: int


@dataclass
class _Course:
    """What becomes of an account's points if nothing else happens. `undated` ones expire by the last activity alone."""

    figures: Figures
    rule: ExpiryRule | None
    member: Member
    zone: ZoneInfo
    active_at: dt.datetime | None
    undated: int = 0
    due: list[_Due] = field(default_factory=list)

    def run(self, until: dt.datetime) -> Figures:
        heapify(self.due)
        while True:
            idle, following = self._idle_at(), self.due[0].at if self.due else None
            when = min(filter(None, (idle, following)), default=None)
            if when is None or when > until:
                return self.figures
            if when == idle:
                self.figures.expired += self.undated
                self.undated, self.active_at = 0, None
            else:
                self._settle(heappop(self.due))

    def _idle_at(self) -> dt.datetime | None:
        if not self.undated or self.rule is None or self.rule.kind != Expiry.ACTIVITY:
            return None
        # Whoever has points and no date has not been active for as long as dates are kept.
        last = self.active_at or self.rule.since
        return idle_at(self.rule, last, self.zone) if last else None

    def _settle(self, due: _Due) -> None:
        if not due.is_promise:
            self.figures.expired += due.points
            return
        repaid = min(self.figures.debt, due.points)
        self.figures.pending -= due.points
        self.figures.earned += due.points
        self.figures.debt -= repaid
        if self.rule is None or not self.rule.actions or self.active_at is None:
            self.active_at = max(self.active_at or due.at, due.at)
        self._hold(due.points - repaid, due.at)

    def _hold(self, points: int, earned_at: dt.datetime) -> None:
        """A lot of its own for what was promised."""
        expires = expires_at(self.rule, earned_at, self.member, self.zone) if self.rule else None
        if expires is None:
            self.undated += points
        elif points:
            heappush(self.due, _Due(expires, is_promise=False, points=points))


def _forecast(customer: Customer, at: dt.datetime, now: dt.datetime) -> list[Figures]:
    expiring = EXPIRING_POINTS in general_settings().modules
    active = dict(Balance.objects.filter(customer_id=customer.id).values_list("account_id", "active_at"))
    courses = {
        figures.account.id: _course(figures, customer, active.get(figures.account.id), expiring=expiring)
        for figures in _sums(family(customer.id), Q())
    }
    _add_lots(courses, customer.id, expiring=expiring)
    for account_id, due_at, points in _promises(customer.id):
        courses[account_id].due.append(_Due(max(due_at, now), is_promise=True, points=points))
    return [course.run(at) for course in courses.values()]


def _course(figures: Figures, customer: Customer, active_at: dt.datetime | None, *, expiring: bool) -> _Course:
    rule = figures.account.expiry_rule if expiring else None
    return _Course(figures, rule, customer, ZoneInfo(settings.TIME_ZONE), active_at)


def _add_lots(courses: dict[int, _Course], customer_id: int, *, expiring: bool) -> None:
    lots = Lot.objects.filter(customer_id=customer_id, remaining__gt=0)
    for account_id, expires, remaining in lots.values_list("account_id", "expires_at", "remaining"):
        if expires is None:
            courses[account_id].undated += remaining
        elif expiring:
            courses[account_id].due.append(_Due(expires, is_promise=False, points=remaining))


def _promises(customer_id: int) -> Iterable[tuple[int, dt.datetime, int]]:
    """(account, when it becomes spendable, points) of pending points whose time is known: their own, or their order's."""
    pending = list(Pending.objects.filter(customer_id=customer_id, settled_by__isnull=True))
    orders = _accepted_at(customer_id, [one.transaction_id for one in pending if one.transaction_id])
    for one in pending:
        due_at = one.due_at or orders.get(one.transaction_id or "")
        if due_at:
            yield one.account_id, due_at, one.points


def _accepted_at(customer_id: int, transaction_ids: Sequence[str]) -> dict[str, dt.datetime]:
    orders = Transaction.objects.filter(
        customer_id=customer_id,
        transaction_id__in=transaction_ids,
        status=TransactionStatus.PENDING,
        accept_at__isnull=False,
    )
    return {order.transaction_id: order.accept_at for order in orders if order.accept_at}
