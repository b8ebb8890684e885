"""Customers, structures, and what happens to them one after the other."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from tests.engine.model import Model, Refusal, Sent, Setup

from . import expiring, hand, joining, levels, merging
from .book import Book, Doings
from .counting import count
from .days import local_day
from .levels import Moment
from .reading import Block, read
from .status import Held, Status, TierEvent
from .structures import Structure


class Programme:
    """`events`: of each customer's own stream, in their order."""

    def __init__(self, setup: Setup, structures: Iterable[Structure]) -> None:
        self.structures = tuple(structures)
        self.model = Model(setup)
        self.book = Book(self.model)
        self.statuses: dict[str, dict[str, Status]] = {}
        self.events: defaultdict[str, list[TierEvent]] = defaultdict(list)
        # Who was merged into whom.
        self.survivors: dict[str, str] = {}

    def name_of(self, name: str) -> str:
        while name in self.survivors:
            name = self.survivors[name]
        return name

    def send(self, sent: Sent, at: dt.datetime) -> bool:
        """Whether it was accepted."""
        sent = Sent(self.name_of(sent.customer), sent.action, sent.data, sent.account)
        doings = self.book.send(sent, at)
        if isinstance(doings, Refusal):
            return False
        told = local_day(self.model.members[sent.customer].events[doings.event].when)
        now = Moment(local_day(at), told, self.events[sent.customer].append)
        self._join(sent.customer, now)
        for status in self.statuses[sent.customer].values():
            self._act(status, doings, now)
        return True

    def _join(self, name: str, now: Moment) -> None:
        own = self.statuses.setdefault(name, {one.id: Status(one) for one in self.structures})
        optin_at = self.model.members[name].fields["optin_at"]
        for status in own.values():
            if status.opted_in is None and optin_at:
                status.opted_in = local_day(optin_at)
                if status.structure.initialise_at_opt_in and status.held is None:
                    status.held = Held(0, now.since, now.today)

    def _act(self, status: Status, doings: Doings, now: Moment) -> None:
        if not count(status, doings, now.today):
            return
        expiring.expire_due(status, now.today, now.tell)
        # Anew: after a fall by `reset` less counts.
        counts = count(status, doings, now.today)
        levels.act(status, counts, now, "refund" if doings.is_refund else "points")

    def run_timers(self, at: dt.datetime) -> None:
        """What the programme does by itself at night."""
        self.book.run_out(at)
        for sent in (*self.model.due_orders(at), *self.model.due_points(at)):
            self.send(sent, at)
        self.expire(at)

    def expire(self, at: dt.datetime) -> None:
        for name, own in self.statuses.items():
            for status in own.values():
                expiring.expire_due(status, local_day(at), self.events[name].append)

    def change(self, name: str, structure: str, change: hand.Change, at: dt.datetime) -> bool:
        name, today = self.name_of(name), local_day(at)
        status = self.statuses[name][structure]
        allowed = hand.is_allowed(status, change, today)
        if allowed:
            hand.set_by_hand(status, change, Moment(today, today, self.events[name].append))
        return allowed

    def merge(self, source: str, target: str, at: dt.datetime) -> bool:
        """Not of those who are suspended."""
        source, target = self.name_of(source), self.name_of(target)
        if any(self.model.members[name].fields["status"] != "active" for name in (source, target)):
            return False
        first_lot = joining.join(self.model, source, target)
        self.book.move(source, target, first_lot)
        theirs = self.statuses.pop(source)
        now = Moment(local_day(at), local_day(at), self.events[target].append)
        for id, ours in self.statuses[target].items():
            merging.merge(ours, theirs[id], first_lot, now)
        self.survivors[source] = target
        return True

    def read(self, name: str, structure: str, today: dt.date) -> Block | None:
        return read(self.statuses[name][structure], today)
