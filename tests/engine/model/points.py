"""The actions that name points."""

import datetime as dt
from collections.abc import Iterable

from .dates import end_of, local_day
from .people import People
from .state import Order, Pending, lots_in_order
from .values import Data, Refusal, currency, day, text, whole


class Points(People):
    def points(self) -> int:
        found = whole(self.sent.data, "points", 1)
        if found is None:
            raise Refusal(0, "points")
        return found

    def _expdate(self) -> dt.datetime | None:
        valid = day(self.sent.data, "expdate")
        found = end_of(valid, self.setup.zone) if valid else None
        if found and found <= self.at:
            raise Refusal(0, "expdate")
        return found

    def point_add(self) -> None:
        points = self.points()
        self.earn(self.root, self.account(), points, self._expdate())

    def point_sub(self) -> None:
        points, account = self.points(), self.account()
        self.take(self.root, account, points, "deduct")
        self.balance(account).earned -= points

    def point_fix(self) -> None:
        points, account = whole(self.sent.data, "points", -(10**12)), self.account()
        if not points:
            raise Refusal(0, "points")
        if points > 0:
            self.earn(self.root, account, points, self._expdate())
        else:
            self.take(self.root, account, -points, "deduct")
            self.balance(account).earned += points

    def point_spend(self) -> None:
        self.may_spend()
        self.spend(self.root, self.account(), self.points())

    def point_unspend(self) -> None:
        points, account = self.points(), self.account()
        order = self.member.orders.get(self.transaction or "")
        if order and order.status != "draft":
            self.after_checkout(order)
            if points > order.burned - order.given_back:
                raise Refusal(112900)
            self.unburn(self.root, order, points)
            return
        orders = [order for order in self.member.orders.values() if order.account == account]
        burned = sum(order.burned - order.given_back for order in orders)
        if points > self.balance(account).spent - burned:
            raise Refusal(112900)
        self.give_back(self.root, account, points)

    def unburn(self, cause: int, order: Order, points: int) -> None:
        """Points that an order burned come back, by an event of their own."""
        if points > 0:
            assert order.account
            event = self.follow("point_unburn", cause, points)
            self.give_back(event, order.account, points, order)
            order.given_back += points

    def reserve_points(self) -> None:
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        order = self.own_or_draft()
        points, account = self.points(), self.account()
        self.may_spend()
        if order.reserved or order.status != "draft":
            raise Refusal(5003)
        order.account, order.updated_at = account, self.at
        self.reserve(self.root, account, points, order)

    def own_or_draft(self) -> Order:
        """To add to: never to somebody else's order."""
        assert self.transaction
        if self.transaction in self.member.orders:
            return self.member.orders[self.transaction]
        if self.transaction in self.receipts:
            raise Refusal(103902)
        return self.draft()

    def draft(self) -> Order:
        """The transaction that the event names is opened by it."""
        assert self.transaction
        order = self.member.orders[self.transaction] = Order(self.transaction, next(self.ranks), self.at, self.at)
        return order

    def _same_currency(self, order: Order | None, named: Iterable[Data]) -> None:
        for data in named:
            told = currency(data)
            if told and order and order.currency and told != order.currency:
                raise Refusal(0, "currency")

    def release_points(self) -> None:
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        order = self.member.orders.get(self.transaction)
        if order is not None:
            self.after_checkout(order)
        self._same_currency(order, [self.sent.data])
        if order is None or not order.reserved:
            raise Refusal(112910, "reserved")
        points = whole(self.sent.data, "points", 1) or order.reserved
        if points > order.reserved:
            raise Refusal(112911, "reserved")
        for lot, left in self.release(self.root, points, order).items():
            self.run_out(self.root, lot, left)
        order.updated_at = self.at

    # Of the brand's own actions

    def custom(self) -> None:
        rule = self.setup.custom[self.sent.action]
        if rule.one_time and sum(event.action == self.sent.action for event in self.member.events) > 1:
            raise Refusal(10001)
        account = self.account()
        if rule.pending_days is None:
            self.earn(self.root, account, rule.points)
        else:
            due_at = self.when + dt.timedelta(days=rule.pending_days)
            self.promise(self.root, account, rule.points, due_at=due_at)

    def pending_accept(self) -> None:
        for pending in self._named():
            self.settle(self.root, pending)
            self.earn(self.root, pending.account, pending.points)

    def pending_reject(self) -> None:
        for pending in self._named():
            self.settle(self.root, pending)
            self.member.events[self.root].account = pending.account

    def _named(self) -> list[Pending]:
        """What the event promised; points of an order follow the order."""
        event = text(self.sent.data, "event")
        if event is None:
            raise Refusal(0, "event")
        open_ones = [
            pending for pending in self.member.pending if pending.settled_by is None and not pending.transaction
        ]
        found = [pending for pending in open_ones if str(self.id_of(pending.event)) == event]
        if not found:
            raise Refusal(112920, "event")
        return found

    def id_of(self, event: int) -> int | None:
        """What the programme calls an event that it has told of."""
        return self.member.ids[event] if event < len(self.member.ids) else None

    # Expiry

    def point_expiration(self) -> None:
        """The event tells what it has changed: of which events so many points, and until when they were valid."""
        ids = self.sent.data.get("events")
        if not isinstance(ids, list) or not ids:
            raise Refusal(0, "events")
        expires_at = self._expdate()
        wanted, changed = list(dict.fromkeys(str(id) for id in ids)), []
        lots = [(str(self.id_of(lot.event)), lot) for lot in self.member.lots]
        if not set(wanted) <= {id for id, lot in lots if lot.left}:
            raise Refusal(112920, "events")
        for id, lot in lots:
            if id in wanted and lot.left:
                changed.append({"event": id, "points": lot.left, "expdate": self._last_day(lot.expires_at)})
                lot.expires_at = expires_at
        found = self.member.events[self.root]
        expdate = text(self.sent.data, "expdate")
        found.data = {**found.data, "events": wanted, "expdate": expdate, "changed": changed}

    def _last_day(self, ends: dt.datetime | None) -> str | None:
        return local_day(ends - dt.timedelta(microseconds=1), self.setup.zone).isoformat() if ends else None

    def run_out_by_date(self, account: str, due: list[int]) -> None:
        """By the timer: what is past its date."""
        for index in sorted(due, key=lots_in_order(self.member, account).index):
            self.expire(self.root, index, self.member.lots[index].left)
        found = self.member.events[self.root]
        found.account, found.data = account, {"points": -found.points}
