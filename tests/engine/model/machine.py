"""One event after the other; a refused one is undone by putting copies back."""

import copy
import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from .dates import end_of_activity
from .people import REFERRAL_POINTS
from .refunds import Refunds
from .state import Balance, Event, Guest, Lot, Member, Sent, Setup, new_member
from .values import Refusal

# What is sent by nobody, or has an effect beside its event.
BUILT_IN = {
    "subscribe", "opt_in", "profile", "checkout", "checkout_item", "checkout_update", "checkout_update_item",
    "checkout_accept", "checkout_accept_item", "checkout_reject", "checkout_claim", "refund", "partial_refund",
    "refund_item", "point_add", "point_sub", "point_spend", "point_unspend", "point_fix", "reserve_points",
    "release_points", "point_expiration", "pending_accept", "pending_reject", "suspend", "unsuspend", "login", "daily_login",
    "referral",
}  # fmt: skip
# What nobody may send.
ONLY_FOLLOWING = {"checkout_item_accept", "point_burn"}
# What names an order or a customer.
NAMING = ("transaction_id", "referrer", "referred")
# An unknown transaction that one of these names opens no draft.
OF_THE_ORDERS_OWN_LIFE = {
    "checkout", "checkout_update", "checkout_update_item", "checkout_accept", "checkout_accept_item", "checkout_reject",
    "checkout_claim", "refund", "partial_refund", "refund_item",
}  # fmt: skip


class Step(Refunds):
    def run(self) -> None:
        action: Any = getattr(self, self.sent.action) if self.sent.action in BUILT_IN else self.custom
        action()
        for number in range(self.root, len(self.member.events)):
            self.listed_activities(number)
        if (
            self.transaction
            and self.sent.action not in OF_THE_ORDERS_OWN_LIFE
            and self.transaction not in self.member.orders
        ):
            self.draft()


class Model:
    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.members: dict[str, Member] = {}
        # Transaction ID → whose checkout it was; None: a guest's.
        self.receipts: dict[str, str | None] = {}
        self.guests: dict[str, Guest] = {}
        self.claims: set[str] = set()
        self.nonces: set[str] = set()
        self.referred: set[str] = set()
        self.ranks: dict[str, int] = {}
        self.met = 0
        self.order_ranks = itertools.count()

    def meet(self, batch: Iterable[Sent]) -> None:
        """Customers who are new in one batch are numbered as it mentions them."""
        batch = [sent for sent in batch if not sent.guest]
        own = {sent.customer for sent in batch}
        for name in dict.fromkeys(name for sent in batch for name in (sent.customer, _referred(sent))):
            if name in own and name not in self.members:
                self.ranks[name] = self.met
                self.met += 1

    def send(self, sent: Sent, at: dt.datetime) -> list[Event] | Refusal:
        """What was recorded, or why not."""
        sent = _in_one_form(sent)
        receipt, claim = self._receipt(sent, "checkout"), self._receipt(sent, "checkout_claim")
        if receipt in self.receipts or claim in self.claims:
            return Refusal(5003)
        nonce = None if receipt or claim else sent.nonce
        if nonce in self.nonces:
            return Refusal(101031)
        if sent.action not in BUILT_IN and sent.action not in self.setup.custom:
            return Refusal(10003 if sent.action in ONLY_FOLLOWING else 10002)
        before = copy.deepcopy(self.members.get(sent.customer))
        length = len(before.events) if before else 0
        try:
            if sent.guest and sent.action == "checkout":
                self._keep_aside(sent, at)
            else:
                self._take_in(sent, at)
        except Refusal as refusal:
            self._put_back(sent.customer, before)
            return refusal
        if nonce:
            self.nonces.add(nonce)
        if claim:
            self.claims.add(claim)
        if receipt:
            self.receipts[receipt] = None if sent.guest else sent.customer
        return [] if sent.guest and sent.action == "checkout" else self.members[sent.customer].events[length:]

    def _put_back(self, name: str, before: Member | None) -> None:
        if before:
            self.members[name] = before
        else:
            self.members.pop(name, None)

    def _receipt(self, sent: Sent, action: str) -> str | None:
        """What the event needs for itself in the whole brand: a transaction is checked out once, and claimed once."""
        found = sent.data.get("transaction_id")
        usable = sent.action == action and isinstance(found, str | int) and 0 < len(str(found).strip()) <= 128
        return str(found).strip() if usable and not isinstance(found, bool) else None

    def _keep_aside(self, sent: Sent, at: dt.datetime) -> None:
        """Checked as a customer's would be who is new."""
        nobody = new_member(at, 0)
        step = self._step(sent, nobody, at, fresh=True)
        step.run()
        self.guests[str(step.transaction)] = Guest(dict(sent.data), sent.account, step.when)

    def _step(self, sent: Sent, member: Member, at: dt.datetime, *, fresh: bool) -> Step:
        step = Step(self.setup, member, sent, at, fresh=fresh)
        step.receipts, step.guests, step.ranks = self.receipts, self.guests, self.order_ranks
        step.members, step.referred = self.members, self.referred
        return step

    def _take_in(self, sent: Sent, at: dt.datetime) -> None:
        fresh = sent.customer not in self.members
        member = self._member(sent, at)
        step = self._step(sent, member, at, fresh=fresh)
        step.run()
        if sent.action == "checkout_claim":
            self.receipts[str(step.transaction)] = sent.customer
        if sent.action == "referral":
            self._pay_referred(sent, at)
        member.told += 1

    def _pay_referred(self, sent: Sent, at: dt.datetime) -> None:
        """An event of their own, in a stream of their own, at the same instant."""
        name = _referred(sent)
        told = Sent(name, "referral_points", {"referrer": sent.customer}, sent.account)
        step = self._step(told, self.members[name], at, fresh=False)
        step.when = step.member.events[step.root].when = self.members[sent.customer].events[-1].when
        step.earn(step.root, step.account(), REFERRAL_POINTS)
        step.listed_activities(step.root)
        self.referred.add(name)
        step.member.told += 1

    def _member(self, sent: Sent, at: dt.datetime) -> Member:
        found = self.members.get(sent.customer)
        if found and found.fields["status"] != "banned":
            return found
        allowed = {"off": (), "checkout": ("checkout",), "any": (sent.action,)}[self.setup.auto_subscribe]
        if found or sent.action not in ("subscribe", "opt_in", *allowed):
            raise Refusal(160212)
        member = self.members[sent.customer] = new_member(at, self.ranks.get(sent.customer, 0))
        member.balances[self.setup.default] = Balance()
        if sent.action not in ("subscribe", "opt_in"):
            member.properties["auto_subscribed"] = True
        return member

    # Time

    def run_timers(self, at: dt.datetime, first: Sequence[tuple[str, str]]) -> None:
        """What the programme does by itself; `first`: which customers' accounts it comes to first."""
        self.expire(at, first)
        for sent in self.due_orders(at):
            self.send(sent, at)
        for sent in self.due_points(at):
            self.send(sent, at)

    def due_orders(self, at: dt.datetime) -> list[Sent]:
        """The earliest first."""
        due = [
            (order.accept_at, member.rank, number, Sent(name, "checkout_accept", {"transaction_id": order.id}))
            for name, member in self.members.items()
            for number, order in enumerate(member.orders.values())
            if order.status == "pending" and order.accept_at and order.accept_at <= at
        ]
        return [sent for *_, sent in sorted(due, key=lambda row: row[:3])]

    def due_points(self, at: dt.datetime) -> list[Sent]:
        due = [
            (pending.due_at, member.rank, number, Sent(name, "pending_accept", {"event": member.ids[pending.event]}))
            for name, member in self.members.items()
            for number, pending in enumerate(member.pending)
            if pending.settled_by is None and pending.due_at and pending.due_at <= at
        ]
        return [sent for *_, sent in sorted(due, key=lambda row: row[:3])]

    def expire(self, at: dt.datetime, first: Sequence[tuple[str, str]]) -> None:
        """The timer passes over those who are gone."""
        for name, member in self.members.items():
            accounts = [account for customer, account in first if customer == name]
            for account in dict.fromkeys((*accounts, *member.balances)) if member.fields["status"] != "banned" else ():
                self._expire_in(name, member, account, at)

    def _expire_in(self, name: str, member: Member, account: str, at: dt.datetime) -> None:
        rule, balance = self.setup.expiry.get(account), member.balances.get(account, Balance())
        by_activity = rule if rule and rule.rule == "activity" else None
        active_at = balance.active_at if by_activity else None
        is_idle = by_activity and active_at and end_of_activity(by_activity, active_at, self.setup.zone) <= at

        def is_over(lot: Lot) -> bool:
            over = is_idle if lot.expires_at is None else lot.expires_at <= at
            return lot.account == account and lot.left > 0 and bool(over)

        due = [index for index, lot in enumerate(member.lots) if is_over(lot)]
        if due:
            member.told += 1
            step = self._step(Sent(name, "point_expire", {}, account), member, at, fresh=False)
            step.run_out_by_date(account, due)
        if is_idle:
            balance.active_at = None


def _in_one_form(sent: Sent) -> Sent:
    """What names somebody or an order has no blanks around it, wherever it is kept."""
    names = {name: value.strip() for name in NAMING if isinstance(value := sent.data.get(name), str)}
    return dataclasses.replace(sent, data={**sent.data, **names})


def _referred(sent: Sent) -> str:
    return str(sent.data.get("referred") or "").strip() if sent.action == "referral" else ""
