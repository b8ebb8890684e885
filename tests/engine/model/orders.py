"""The order's life, refunds aside."""

import datetime as dt
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

from .dates import midnight
from .points import Points
from .state import Balance, Earning, Line, Order, Pending
from .values import Data, Refusal, currency, day, line_total, money, quantity, text, whole

# Of a step that comes too early or too late.
WRONG_STATUS = {"draft": 112214, "accepted": 112211, "rejected": 112212, "refunded": 112213}


class Orders(Points):
    def order(self) -> Order:
        """What the event acts on."""
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        found = self.member.orders.get(self.transaction)
        if found is None:
            raise Refusal(103902 if self.transaction in self.receipts else 112210)
        self.after_checkout(found)
        self._same_currency(found, [self.sent.data])
        return found

    def pending_order(self) -> Order:
        found = self.order()
        if found.status != "pending":
            raise Refusal(WRONG_STATUS[found.status])
        return found

    def items_of(self, data: Data) -> list[Data]:
        items = data.get("items") or []
        if not isinstance(items, list) or len(items) > 1000:
            raise Refusal(0, "items")
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                raise Refusal(0, f"items[{index}]")
        return items

    def lines_of(self, items: list[Data], others: Iterable[Line] = ()) -> list[Line]:
        """What is wrong is told with the line's place."""
        found = list[Line]()
        for index, item in enumerate(items):
            try:
                line = self.line_of(item)
            except Refusal as refusal:
                raise Refusal(0, f"items[{index}]") from refusal
            if line.id and any(line.id == other.id for other in [*others, *found]):
                raise Refusal(0, f"items[{index}]")
            found.append(line)
        return found

    def line_of(self, item: Data) -> Line:
        many = quantity(item, -(10**6))
        many = Decimal(1) if many is None else many
        line = Line(text(item, "product_id"), many, line_total(item, many), item, text(item, "line_id", 128))
        if line.id and line.id.startswith("#"):
            raise Refusal(0, "line_id")
        line.returned = many if line.lowers else Decimal(0)
        return line

    # Checkout

    def checkout(self) -> None:
        self.place(self.root, self.sent.data, self.account())

    def place(self, event: int, data: Data, account: str) -> None:
        """The order is there; with the module it waits, without it everything happens at once."""
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        burned = whole(data, "points_burned", 0) or 0
        if burned:
            self.may_spend()
        order = self.member.orders.get(self.transaction) or self.draft()
        held = self.member.balances.get(account, Balance())
        reserved = order.reserved if order.account == account else 0
        if burned > held.spendable + reserved and account not in self.setup.negative:
            raise Refusal(120241)
        lines = self.lines_of(self.items_of(data), order.lines)
        self._fill(order, event, data, account, lines)
        self._settle_reservation(event, order, burned)
        self.member.events[event].data = {name: value for name, value in data.items() if name != "items"}
        self._renew_draft(event, order, lines)
        self._earn_by_order(event, order)
        children = [self._note_line(event, line, data) for line in lines]
        for line, child in zip(lines, children, strict=True):
            self._earn_by_line(child, order, line)
        if not self.setup.accept:
            self.accept(event, order)

    def _renew_draft(self, event: int, order: Order, fresh: list[Line]) -> None:
        """The lines of the draft promise anew, by the order's account and currency."""
        for pending in self.promised(order):
            self.settle(event, pending)
        for line in order.lines:
            line.earned = 0
            if not any(line is other for other in fresh):
                self._earn_by_line(event, order, line, waits=True)

    def _fill(self, order: Order, event: int, data: Data, account: str, lines: list[Line]) -> None:
        """Property by property, each judged as a whole: of two that are wrong the first one is told, missing or malformed."""
        total = money(data, "total")
        order.lines += lines
        if total is None and not order.lines:
            raise Refusal(0, "total")
        order.total = self._sum(order) if total is None else total
        order.currency = currency(data) or self.setup.currency.upper()
        self._same_currency(order, self.items_of(data))
        order.event, order.account, order.status = event, account, "pending"
        order.checkout_at, order.updated_at = self.member.events[event].when, self.at
        order.accept_at = self._accept_at(data, self.member.events[event].when) if self.setup.accept else None
        rule = self.setup.accounts[account]
        if rule and rule.basis == "item" and not order.lines:
            raise Refusal(0, "items")

    def _sum(self, order: Order) -> Decimal:
        return max(sum((line.subtotal for line in order.lines), Decimal(0)), Decimal(0))

    def _accept_at(self, data: Data, when: dt.datetime) -> dt.datetime | None:
        named = day(data, "auto_accept")
        if named:
            return midnight(named, self.setup.zone)
        days = self.setup.accept_after_days
        return None if days is None else when + dt.timedelta(days=days)

    def _settle_reservation(self, event: int, order: Order, burned: int) -> None:
        """What was reserved under the same transaction pays first; what it does not pay stays released."""
        freed, release = {}, 0
        if order.reserved:
            points = order.reserved
            release = self.follow("release_points", event, points)
            freed = self.release(release, points, order)
        if burned:
            own = {lot: points for lot, points in freed.items() if self.member.lots[lot].account == order.account}
            paid = self.burn(event, order, burned, own)
            freed = {lot: points - min(points, paid.get(lot, 0)) for lot, points in freed.items()}
        for lot, points in freed.items():
            self.run_out(release, lot, points)

    def burn(self, cause: int, order: Order, points: int, first: dict[int, int]) -> dict[int, int]:
        assert order.account
        event = self.follow("point_burn", cause, points)
        paid = self.spend(event, order.account, points, first.items())
        for lot, taken in paid.items():
            found = order.used.setdefault(lot, type(self.member.in_use[lot])())
            found.points += taken
            found.last = event
        order.burned += points
        return paid

    def _note_line(self, cause: int, line: Line, data: Data, action: str = "checkout_item") -> int:
        # As it was sent: a number stays one.
        is_named = data.get("currency") not in (None, "")
        return self.note(action, {**line.item, "currency": data["currency"]} if is_named else line.item, cause)

    def _rule(self, account: str | None, basis: str) -> Earning | None:
        rule = self.setup.accounts[account or self.setup.default]
        return rule if rule and rule.basis == basis else None

    def _earn_by_order(self, event: int, order: Order) -> None:
        assert order.account
        rule = self._rule(order.account, "transaction")
        if rule is None:
            return
        order.earned = self._worth(event, rule, order.total, order)
        if self.setup.accept:
            self.promise(event, order.account, order.earned, order.id)
        else:
            order.lot = self.earn(event, order.account, order.earned)

    def _earn_by_line(self, event: int, order: Order, line: Line, *, waits: bool = False) -> None:
        account = order.account or self.account()
        rule = self._rule(account, "item")
        if rule is None:
            return
        line.earned = self._worth(event, rule, line.cost, order)
        if self.setup.accept or order.status == "draft" or waits:
            self.promise(event, account, line.earned, order.id, order.place_of(line))
        else:
            line.lot = self.earn(event, account, line.earned)

    def _worth(self, event: int, rule: Earning, amount: Decimal, order: Order) -> int:
        """Nothing in a currency that the account has no percentage for: the event says so."""
        used = (order.currency or self.setup.currency).upper()
        if used == self.setup.currency or used in rule.rates or self.setup.unknown_currencies:
            return worth(rule, amount, used)
        found = self.member.events[event]
        found.data = {**found.data, "unearned_currency": used}
        return 0

    # Lines

    def checkout_item(self) -> None:
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        order = self.own_or_draft()
        self._same_currency(order, [self.sent.data])
        line = self.line_of(self.sent.data)
        if line.product_id is None:
            raise Refusal(0, "product_id")
        if order.status not in ("draft", "pending"):
            raise Refusal(WRONG_STATUS[order.status])
        self.after_checkout(order)
        same = [other.id == line.id if line.id else other.product_id == line.product_id for other in order.lines]
        if any(same):
            raise Refusal(5003)
        order.account = order.account or self.account()
        was_sum = order.total == self._sum(order)
        order.lines.append(line)
        if was_sum:
            order.total = self._sum(order)
        if order.status == "pending" and self._rule(order.account, "transaction"):
            self._cancel(order, order.place_of(line))
            self._earn_by_order(self.root, order)
        self._earn_by_line(self.root, order, line)
        order.updated_at = self.at

    def lines_meant(self, lines: Iterable[Line], order: Order, fits: Callable[[Line], bool]) -> list[Line]:
        """By an ID or a place, or of the event's product, those that fit before the others, the last ones first."""
        id, product = text(self.sent.data, "line_id"), text(self.sent.data, "product_id")
        if id is None and product is None:
            raise Refusal(0, "product_id")
        own = [
            line
            for line in lines
            if id in (None, line.id, f"#{order.place_of(line) + 1}") and product in (None, line.product_id)
        ]
        if not own:
            raise Refusal(112217, "item")
        backwards = own[::-1]
        return [line for line in backwards if fits(line)] + [line for line in backwards if not fits(line)]

    # Update

    def open_order(self) -> Order:
        found = self.pending_order()
        if any(line.accepted for line in found.lines):
            raise Refusal(112215)
        return found

    def checkout_update(self) -> None:
        order, data = self.open_order(), self.sent.data
        items = self.items_of(data)
        lines = self.lines_of(items)
        total, burned = money(data, "total"), whole(data, "points_burned", 0)
        self._same_currency(order, items)
        empties = data.get("items") == []
        if empties and total is None:
            raise Refusal(0, "items")
        if lines or empties:
            order.lines = lines
        if total is not None or lines:
            order.total = self._sum(order) if total is None else total
        self.member.events[self.root].data = {name: value for name, value in data.items() if name != "items"}
        if empties:
            self.member.events[self.root].data["items"] = []
        children = [self._note_line(self.root, line, data, "checkout_update_item") for line in lines]
        if burned is not None:
            self._change_burned(order, burned)
        if lines or total is not None:
            self._cancel(order)
            self._earn_by_order(self.root, order)
            for line in () if lines else order.lines:
                self._earn_by_line(self.root, order, line)
        for line, child in zip(lines, children, strict=True):
            self._earn_by_line(child, order, line)
        order.updated_at = self.at

    def _change_burned(self, order: Order, burned: int) -> None:
        if burned > order.burned:
            self.burn(self.root, order, burned - order.burned, {})
        else:
            outstanding = order.burned - order.given_back
            order.burned, order.given_back = burned, min(order.given_back, burned)
            given_back = order.given_back
            self.unburn(self.root, order, outstanding - (order.burned - given_back))
            order.given_back = given_back

    def _cancel(self, order: Order, line: int | None = None) -> None:
        for pending in self.promised(order):
            if line is None or pending.line in (None, line):
                self.settle(self.root, pending)

    def promised(self, order: Order) -> list[Pending]:
        return [
            pending for pending in self.member.pending if pending.transaction == order.id and pending.settled_by is None
        ]

    def checkout_update_item(self) -> None:
        order = self.open_order()
        fresh = self.line_of({name: value for name, value in self.sent.data.items() if name != "line_id"})
        line = self.lines_meant(order.lines, order, lambda line: costs(line, fresh.quantity, fresh.subtotal))[0]
        was_sum = order.total == self._sum(order)
        order.total = max(order.total + fresh.subtotal - line.subtotal, Decimal(0))
        line.subtotal, line.quantity, line.returned = fresh.subtotal, fresh.quantity, fresh.returned
        if was_sum:
            order.total = self._sum(order)
        self._cancel(order, order.place_of(line))
        self._earn_by_order(self.root, order)
        self._earn_by_line(self.root, order, line)
        order.updated_at = self.at

    # Accept, reject, claim

    def checkout_accept(self) -> None:
        self.accept(self.root, self.pending_order())

    def accept(self, event: int, order: Order) -> None:
        """Its pending points become lots, those of lines by an event each."""
        order.status, order.updated_at = "accepted", self.at
        order.accepted_at = self.member.events[event].when
        order.accept_at = None
        self._count(order)
        for pending in self.promised(order):
            if pending.line is None:
                self.settle(event, pending)
                order.lot = self.earn(event, pending.account, pending.points)
        for pending in self.promised(order):
            assert pending.line is not None
            line = order.lines[pending.line]
            named = {
                "line_id": line.id,
                "product_id": line.product_id,
                "quantity": line.quantity,
                "subtotal": line.subtotal,
            }
            told = {name: value for name, value in named.items() if value is not None}
            self._accept_line(self.follow("checkout_item_accept", event, None, **told), pending, line)

    def _accept_line(self, event: int, pending: Pending, line: Line) -> None:
        self.settle(event, pending)
        line.lot = self.earn(event, pending.account, pending.points)

    def checkout_accept_item(self) -> None:
        order = self.pending_order()
        lines = self._to_accept(order)
        for line in lines:
            line.accepted = True
        for pending in self.promised(order):
            if pending.line is not None and any(order.lines[pending.line] is line for line in lines):
                self._accept_line(self.root, pending, order.lines[pending.line])
        if all(line.accepted for line in order.lines):
            self.accept(self.root, order)
        order.updated_at = self.at

    def _to_accept(self, order: Order) -> list[Line]:
        """Whole lines: one, or as many as the quantity is of."""
        many, subtotal = quantity(self.sent.data), money(self.sent.data, "subtotal")
        waiting = [line for line in order.lines if not line.accepted]
        lines = self.lines_meant(waiting, order, lambda line: costs(line, line.quantity, subtotal))
        if many is None:
            return lines[:1]
        same = [line for line in lines if line.quantity == many]
        if same:
            return same[:1]
        found = list[Line]()
        for line in lines:
            if 0 < line.quantity <= many:
                found.append(line)
                many -= line.quantity
        if many or not found:
            raise Refusal(0, "quantity")
        return found

    def _count(self, order: Order) -> None:
        fields, at = self.member.fields, order.checkout_at
        assert at
        fields["total"] += order.total
        fields["count"] += 1
        fields["items"] += sum(line.left for line in order.lines)
        fields["first"] = min(fields["first"] or at, at)
        fields["last"] = max(fields["last"] or at, at)

    def checkout_claim(self) -> None:
        if self.transaction is None:
            raise Refusal(0, "transaction_id")
        guest = self.guests.get(self.transaction)
        if guest is None:
            self.order()
            raise Refusal(112218)
        if guest.claimed_by:
            raise Refusal(5003)
        event = self.note("checkout", guest.data, self.root)
        self.place(event, guest.data, guest.account or self.setup.default)
        guest.claimed_by = self.sent.customer


def worth(rule: Earning, amount: Decimal, used: str) -> int:
    exact = Fraction(amount) * Fraction(rule.rates.get(used, rule.percentage)) / 100
    rounded = {"up": math.ceil(exact), "down": math.floor(exact), "nearest": math.floor(exact + Fraction(1, 2))}
    return rounded[rule.rounding]


def costs(line: Line, many: Decimal, subtotal: Decimal | None) -> bool:
    """Whether so many of the line cost the subtotal, less than a cent apart."""
    if subtotal is None:
        return False
    if not line.quantity:
        return subtotal == line.subtotal
    return abs(Fraction(subtotal) - Fraction(line.subtotal) * Fraction(many) / Fraction(line.quantity)) < Fraction(
        1, 100
    )
