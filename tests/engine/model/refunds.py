"""What a refund takes back, and what it gives back."""

import math
from decimal import Decimal
from fractions import Fraction

from .orders import Orders
from .state import Line, Order
from .values import Refusal, money, number, whole


class Refunds(Orders):
    def accepted_order(self) -> Order:
        found = self.order()
        if found.status != "accepted":
            raise Refusal(112201)
        return found

    def refund(self) -> None:
        order = self.accepted_order()
        self._end(order, "refunded")

    def checkout_reject(self) -> None:
        order = self.order()
        allowed = ("pending",) if self.setup.accept else ("pending", "accepted")
        if order.status not in allowed:
            raise Refusal(0)
        self._cancel(order)
        order.earned = order.earned if order.lot is not None else 0
        for line in order.lines:
            line.earned = line.earned if line.lot is not None else 0
        order.accept_at = None
        self._end(order, "rejected")

    def _end(self, order: Order, status: str) -> None:
        """All has been given back that was left."""
        if order.status == "accepted":
            self.member.fields["total"] -= order.total - order.refunded
            self.member.fields["items"] -= sum(line.quantity - line.returned for line in order.lines)
        if status == "refunded":
            order.refunded = order.total
            for line in order.lines:
                line.refunded, line.returned = line.subtotal, line.quantity
        order.status, order.updated_at = status, self.at
        self._undo(order, order.all_earned, order.burned)

    def partial_refund(self) -> None:
        amount = number(self.sent.data, "amount")
        if amount is None:
            raise Refusal(0, "amount")
        if amount <= 0:
            raise Refusal(112202)
        order = self.accepted_order()
        money(self.sent.data, "amount")
        if amount > self.member.fields["total"]:
            raise Refusal(112204)
        self._refund(order, amount, None)

    def refund_item(self) -> None:
        order = self.accepted_order()
        line = self.line_by_product(line for line in order.lines if line.quantity > line.returned)
        left = line.quantity - line.returned
        pieces = whole(self.sent.data, "quantity", 1, left) or left
        amount = money(self.sent.data, "subtotal")
        if amount is None:
            amount = min(price_of(line, pieces), order.total - order.refunded)
        if amount > line.subtotal - line.refunded:
            raise Refusal(112203)
        line.returned += pieces
        line.refunded += amount
        self.member.fields["items"] -= pieces
        self._refund(order, amount, line)

    def _refund(self, order: Order, amount: Decimal, line: Line | None) -> None:
        if amount > order.total - order.refunded:
            raise Refusal(112203)
        order.refunded += amount
        order.updated_at = self.at
        self.member.fields["total"] -= amount
        if order.refunded == order.total and (order.total or all(row.quantity == row.returned for row in order.lines)):
            self._end(order, "refunded")
        else:
            self._undo(order, owed_back(order), burned_back(order), line)

    def _undo(self, order: Order, owed: int, unburned: int, line: Line | None = None) -> None:
        """Up to so many points in all: what has been taken back, or has come back, before is not taken twice."""
        due = owed - order.taken_back
        lots = sorted(lot for lot in (order.lot, *(row.lot for row in order.lines)) if lot is not None)
        if line and line.lot is not None:
            lots.sort(key=lambda lot: lot != line.lot)
        if due > 0:
            assert order.account
            self.take_back(self.root, order.account, due, lots)
            order.taken_back += due
        self.unburn(self.root, order, max(unburned - order.given_back, 0))


def price_of(line: Line, pieces: int) -> Decimal:
    """To the cent, so that all the pieces cost the line's subtotal."""
    if pieces == line.quantity - line.returned:
        return line.subtotal - line.refunded
    up_to_now = half_up(Fraction(line.subtotal) * (line.returned + pieces) * 100 / line.quantity) / Decimal(100)
    return max(min(up_to_now, line.subtotal) - line.refunded, Decimal(0))


def half_up(figure: Fraction | Decimal) -> int:
    return math.floor(Fraction(figure) + Fraction(1, 2))


def part(points: int, of: Decimal, whole: Decimal) -> int:
    """All of them where the whole is nothing."""
    return half_up(Fraction(points) * Fraction(of) / Fraction(whole)) if whole else points


def owed_back(order: Order) -> int:
    """At what has been refunded so far, of each line and of no line in particular."""
    by_lines = [line_owes(line) for line in order.lines]
    of_lines = sum(line.earned for line in order.lines)
    as_a_whole = part(order.earned, order.refunded, order.total) if order.refunded else 0
    named = sum((line.refunded for line in order.lines), Decimal(0))
    left = sum((line.subtotal for line in order.lines), Decimal(0)) - named
    unnamed = order.refunded - named
    of_the_rest = part(of_lines - sum(by_lines), min(unnamed, left), left) if unnamed else 0
    return min(sum(by_lines) + as_a_whole + of_the_rest, order.all_earned)


def line_owes(line: Line) -> int:
    if line.subtotal == 0:
        return line.earned if line.quantity == line.returned and line.quantity else 0
    return part(line.earned, line.refunded, line.subtotal)


def burned_back(order: Order) -> int:
    return part(order.burned, order.refunded, order.total) if order.refunded else 0
