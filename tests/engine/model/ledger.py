"""Points that move: earned, taken, given back, reserved, promised, expired."""

import datetime as dt
from collections.abc import Iterable, Iterator

from .dates import expiry_of_lot
from .state import Balance, Event, Guest, Lot, Member, Order, Pending, Sent, Setup, Use, lots_in_order
from .values import Data, Refusal, number, text

NEVER = "never"


class Ledger:
    """One event and what follows from it; the numbers are those of the customer's events."""

    # Of the whole brand: whose checkout each transaction was, the guests' orders, and the numbers of new orders.
    receipts: dict[str, str | None]
    guests: dict[str, Guest]
    ranks: Iterator[int]
    # Everybody, and who of them was brought by somebody.
    members: dict[str, Member]
    referred: set[str]

    def __init__(self, setup: Setup, member: Member, sent: Sent, at: dt.datetime, *, fresh: bool) -> None:
        self.setup, self.member, self.sent, self.at, self.fresh = setup, member, sent, at, fresh
        self.transaction = text(sent.data, "transaction_id", 128)
        self.when = self._effect_time()
        self.root = self.note(sent.action, dict(sent.data), None)

    def _effect_time(self) -> dt.datetime:
        """From 2000 on; what is up to five minutes ahead is now."""
        value = self.sent.data.get("effective_timestamp")
        if isinstance(value, str) and "-" in value[1:]:
            found = dt.datetime.fromisoformat(value)
        else:
            seconds = number(self.sent.data, "effective_timestamp")
            if seconds is None:
                return self.at
            if not 0 <= seconds < 10**10:
                raise Refusal(0, "effective_timestamp")
            found = dt.datetime.fromtimestamp(float(seconds), dt.UTC)
        if not dt.datetime(2000, 1, 1, tzinfo=dt.UTC) <= found <= self.at + dt.timedelta(minutes=5):
            raise Refusal(0, "effective_timestamp")
        return min(found, self.at)

    def after_checkout(self, order: Order) -> None:
        """A step of an order is not before its checkout; in the checkout's own second it is with it."""
        bought = None if self.when == self.at else order.checkout_at
        if bought and self.when < bought.replace(microsecond=0):
            raise Refusal(112216, "effective_timestamp")
        if bought and self.when < bought:
            self.when = self.member.events[self.root].when = bought

    def note(self, action: str, data: Data, cause: int | None) -> int:
        self.member.events.append(Event(action, data, self.transaction, self.when, self.at, cause=cause))
        return len(self.member.events) - 1

    def follow(self, action: str, cause: int, points: int | None = None, **data: object) -> int:
        told = {**({} if points is None else {"points": points}), "transaction_id": self.transaction, **data}
        return self.note(action, told, cause)

    def account(self) -> str:
        if self.sent.account is not None and self.sent.account not in self.setup.accounts:
            raise Refusal(0, "account")
        return self.sent.account or self.setup.default

    def balance(self, account: str) -> Balance:
        return self.member.balances.setdefault(account, Balance())

    def entry(self, event: int, account: str, kind: str, points: int, lot: int | None) -> None:
        if points:
            self.member.entries.append((event, account, kind, points, lot))

    def may_spend(self) -> None:
        if self.member.fields["status"] == "suspended":
            raise Refusal(110003)
        if self.member.fields["status"] != "active":
            raise Refusal(160216)

    # In

    def earn(self, event: int, account: str, points: int, expires_at: dt.datetime | None = None) -> int | None:
        """The number of the lot; a debt is repaid from it at once."""
        found = self.member.events[event]
        found.account = account
        if not points:
            return None
        found.points += points
        ends = expires_at or self._expiry(account, found.when)
        self.member.lots.append(Lot(account, event, points, points, 0, found.when, ends))
        lot = len(self.member.lots) - 1
        self.entry(event, account, "earn", points, lot)
        self.balance(account).earned += points
        self._repay(event, lot, points)
        fields = self.member.fields
        fields["earn"] = max(fields["earn"] or found.when, found.when)
        self.active(event, account)
        self.points_came(event, account)
        return lot

    def _expiry(self, account: str, when: dt.datetime) -> dt.datetime | None:
        rule = self.setup.expiry.get(account)
        joined = self.member.fields["optin_at"] or self.member.created_at
        return expiry_of_lot(rule, when, joined, self.setup.zone) if rule else None

    def active(self, event: int, account: str) -> None:
        """Something was earned or spent: an activity of the account, unless that lists actions."""
        rule = self.setup.expiry.get(account)
        if rule and rule.rule == "activity" and not rule.actions:
            self._move_clock(event, account)

    def listed_activities(self, event: int) -> None:
        """Any event of the actions that an account lists."""
        for account, rule in self.setup.expiry.items():
            if self.member.events[event].action in rule.actions and account in self.member.balances:
                self._move_clock(event, account)

    def points_came(self, event: int, account: str) -> None:
        """Where no activity is known, whatever brings points starts the clock."""
        rule = self.setup.expiry.get(account)
        if rule and rule.rule == "activity" and self.balance(account).active_at is None:
            self._move_clock(event, account)

    def _move_clock(self, event: int, account: str) -> None:
        balance, when = self.balance(account), self.member.events[event].when
        balance.active_at = max(balance.active_at or when, when)

    def _repay(self, event: int, lot: int, points: int) -> int:
        """Of points that have just come into the lot, a debt comes first."""
        balance = self.balance(self.member.lots[lot].account)
        repaid = min(balance.debt, points)
        if repaid:
            balance.debt -= repaid
            self.member.lots[lot].left -= repaid
            self.entry(event, self.member.lots[lot].account, "repay", -repaid, lot)
            self.entry(event, self.member.lots[lot].account, "repay", repaid, None)
            use(self.member.in_use, lot, repaid, event)
        return repaid

    # Out

    def take(
        self, event: int, account: str, points: int, kind: str, first: Iterable[tuple[int, int]] = ()
    ) -> dict[int, int]:
        """Number of the lot → what it paid. `first`: lots that pay before the others, each at most so much."""
        balance, member = self.balance(account), self.member
        may_owe = account in self.setup.negative and kind != "reserve"
        if points > balance.spendable and not may_owe:
            raise Refusal(120241)
        owed = max(points - balance.spendable, 0)
        left, paid = points - owed, dict[int, int]()
        for index, limit in [*first, *((index, points) for index in lots_in_order(member, account))]:
            taken = min(left, member.lots[index].left, limit)
            if taken:
                member.lots[index].left -= taken
                paid[index] = paid.get(index, 0) + taken
                left -= taken
        assert left == 0
        for index, taken in paid.items():
            self.entry(event, account, kind, -taken, index)
            if kind == "spend":
                use(member.in_use, index, taken, event)
        balance.debt += owed
        self.entry(event, account, kind, -owed, None)
        member.events[event].account, member.events[event].points = account, -points
        return paid

    def spend(self, event: int, account: str, points: int, first: Iterable[tuple[int, int]] = ()) -> dict[int, int]:
        self.may_spend()
        paid = self.take(event, account, points, "spend", first)
        self.balance(account).spent += points
        fields, when = self.member.fields, self.member.events[event].when
        fields["spend"] = max(fields["spend"] or when, when)
        self.active(event, account)
        return paid

    # Back

    def give_back(self, event: int, account: str, points: int, order: Order | None = None) -> None:
        """A debt first, then the order's lots, then those that were drawn on last."""
        balance, member = self.balance(account), self.member
        balance.spent -= points
        forgiven = min(points, balance.debt)
        balance.debt -= forgiven
        self.entry(event, account, "unspend", forgiven, None)
        if forgiven:
            self.points_came(event, account)
        left = points - forgiven
        member.events[event].account, member.events[event].points = account, points
        own = order.used if order else {}
        for index in self.drawn_last(own, account):
            given = min(left, own[index].points, member.in_use[index].points)
            own[index].points -= given
            left -= self._return(event, index, given)
        for index in self.drawn_last(member.in_use, account):
            left -= self._return(event, index, min(left, member.in_use[index].points))
        assert left == 0

    def _return(self, event: int, lot: int, points: int) -> int:
        if points:
            self.member.in_use[lot].points -= points
            self._into(event, lot, points, "unspend")
            self.run_out(event, lot, points)
        return points

    def drawn_last(self, uses: dict[int, Use], account: str) -> list[int]:
        """Of one event the lot that it drew on last."""
        backwards = [index for index in reversed(lots_in_order(self.member, account)) if index in uses]
        return sorted(backwards, key=lambda index: -uses[index].last)

    def _into(self, event: int, lot: int, points: int, kind: str) -> int:
        """Back into a lot; what is left of it after a debt."""
        self.member.lots[lot].left += points
        self.entry(event, self.member.lots[lot].account, kind, points, lot)
        self.points_came(event, self.member.lots[lot].account)
        return points - self._repay(event, lot, points)

    def run_out(self, event: int, lot: int, points: int) -> None:
        """A lot that has expired keeps nothing of what comes back."""
        ends = self.member.lots[lot].expires_at
        if ends and ends <= self.at and points:
            self.expire(event, lot, points)

    def expire(self, event: int, lot: int, points: int) -> None:
        """Negative points are no longer expired. What the event says of its points is what can be spent by it."""
        self.member.events[event].points -= points
        found = self.member.lots[lot]
        found.left -= points
        found.expired += points
        self.balance(found.account).expired += points
        self.entry(event, found.account, "expire", -points, lot)

    def take_back(self, event: int, account: str, points: int, lots: Iterable[int]) -> None:
        """Of these lots what remains, then what has expired; of the others; then a debt."""
        member, balance, left = self.member, self.balance(account), points
        balance.earned -= points
        for index in lots:
            left -= self._take_back_from(event, index, left)
            undone = min(left, member.lots[index].expired)
            if undone:
                self.expire(event, index, -undone)
                left -= self._take_back_from(event, index, undone)
        for index in lots_in_order(member, account):
            left -= self._take_back_from(event, index, left)
        balance.debt += left
        self.entry(event, account, "refund", -left, None)
        member.events[event].account = account
        member.events[event].points -= points

    def _take_back_from(self, event: int, lot: int, points: int) -> int:
        found = self.member.lots[lot]
        taken = min(points, found.left)
        found.left -= taken
        self.entry(event, found.account, "refund", -taken, lot)
        return taken

    # Reserved

    def reserve(self, event: int, account: str, points: int, order: Order) -> None:
        paid = self.take(event, account, points, "reserve")
        self.balance(account).reserved += points
        for index, taken in paid.items():
            use(order.held, index, taken, event)

    def release(self, event: int, points: int, order: Order) -> dict[int, int]:
        """To the lots that the points came from, the one drawn on last first; lot → what it holds of them now."""
        left, found = points, {}
        account = next(self.member.lots[index].account for index, use in order.held.items() if use.points)
        for index in self.drawn_last(order.held, account):
            given = min(left, order.held[index].points)
            if given:
                order.held[index].points -= given
                self.balance(account).reserved -= given
                found[index] = self._into(event, index, given, "release")
                left -= given
        self.member.events[event].account, self.member.events[event].points = account, points
        return found

    # Promised

    def promise(
        self, event: int, account: str, points: int, transaction: str | None = None, line: int | None = None,
        due_at: dt.datetime | None = None,
    ) -> None:  # fmt: skip
        self.member.events[event].account = account
        if points:
            self.member.pending.append(Pending(event, account, points, transaction, line, due_at))
            self.balance(account).pending += points
            self.entry(event, account, "pending", points, None)

    def settle(self, event: int, pending: Pending) -> None:
        """They are no longer pending; whether they are earned is the caller's."""
        pending.settled_by = event
        self.balance(pending.account).pending -= pending.points
        self.entry(event, pending.account, "pending", -pending.points, None)


def use(uses: dict[int, Use], lot: int, points: int, event: int) -> None:
    found = uses.setdefault(lot, Use())
    found.points += points
    found.last = event
