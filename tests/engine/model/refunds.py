"""What a refund takes back, and what it gives back."""

from decimal import Decimal
from fractions import Fraction

from .orders import WRONG_STATUS, Orders, costs
from .state import Line, Order
from .values import Refusal, half_up, money, number, quantity


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
            raise Refusal(WRONG_STATUS[order.status])
        self._cancel(order)
        order.earned = order.earned if order.lot is not None else 0
        for line in order.lines:
            line.earned = line.earned if line.lot is not None else 0
        order.accept_at = None
        self._end(order, "rejected")

    def _end(self, order: Order, status: str, lines: list[Line] | None = None) -> None:
        """All has been given back that was left."""
        if order.status == "accepted":
            self.member.fields["total"] -= order.total - order.refunded
            self.member.fields["items"] -= sum(line.left for line in order.lines)
        if status == "refunded":
            order.refunded = order.total
            for line in order.lines:
                line.refunded, line.returned = line.cost, line.quantity
        order.status, order.updated_at = status, self.at
        self._undo(order, order.all_earned, order.burned, lines or [])

    def partial_refund(self) -> None:
        amount = number(self.sent.data, "amount")
        if amount is None:
            raise Refusal(0, "amount")
        if amount > 0:
            amount = money(self.sent.data, "amount") or Decimal(0)
        if amount <= 0:
            raise Refusal(112202)
        order = self.accepted_order()
        if amount > self.member.fields["total"]:
            raise Refusal(112204)
        self._refund(order, amount, [])

    def refund_item(self) -> None:
        order = self.accepted_order()
        many, subtotal = quantity(self.sent.data), money(self.sent.data, "subtotal")
        left = [line for line in order.lines if line.left > 0]
        lines = self.lines_meant(left, order, lambda line: costs(line, many or line.left, subtotal))
        if many is not None and not 0 < many <= sum(line.left for line in lines):
            raise Refusal(0, "quantity")
        before = paid(order, of_lines(order))
        taken = self._one_line(lines, many, subtotal) or self._several_lines(lines, many or Decimal(0), subtotal)
        for line, pieces, price in taken:
            line.returned += pieces
            line.refunded += price
            self.member.fields["items"] -= pieces
        amount = paid(order, of_lines(order)) - before
        if subtotal is None:
            amount = min(amount, order.total - order.refunded)
        self._refund(order, amount, [line for line, _, _ in taken])

    def _one_line(
        self, lines: list[Line], many: Decimal | None, subtotal: Decimal | None
    ) -> list[tuple[Line, Decimal, Decimal]]:
        """Nothing if no line has so many; 112203 if none that has costs so much."""
        roomy = [line for line in lines if many is None or many <= line.left]
        for line in roomy:
            pieces = line.left if many is None else many
            if subtotal is None:
                return [(line, pieces, price_of(line, pieces))]
            if subtotal <= line.cost - line.refunded:
                return [(line, pieces, subtotal)]
        if roomy:
            raise Refusal(112203)
        return []

    def _several_lines(
        self, lines: list[Line], many: Decimal, subtotal: Decimal | None
    ) -> list[tuple[Line, Decimal, Decimal]]:
        parts = list[tuple[Line, Decimal]]()
        for line in lines:
            pieces = min(many, line.left)
            if pieces:
                parts.append((line, pieces))
                many -= pieces
        prices = [price_of(line, pieces) for line, pieces in parts]
        if subtotal is not None:
            first = list[Decimal]()
            for price in prices:
                first.append(min(price, subtotal - sum(first)))
            prices, rest = first, subtotal - sum(first)
            for place, (line, _) in enumerate(parts):
                more = min(line.cost - line.refunded - prices[place], rest)
                prices[place], rest = prices[place] + more, rest - more
            if rest:
                raise Refusal(112203)
        return [(line, pieces, price) for (line, pieces), price in zip(parts, prices, strict=True)]

    def _refund(self, order: Order, amount: Decimal, lines: list[Line]) -> None:
        if amount > order.total - order.refunded:
            raise Refusal(112203)
        order.refunded += amount
        order.updated_at = self.at
        self.member.fields["total"] -= amount
        if order.refunded == order.total and (order.total or all(line.left == 0 for line in order.lines)):
            self._end(order, "refunded", lines)
        else:
            self._undo(order, owed_back(order), burned_back(order), lines)

    def _undo(self, order: Order, owed: int, unburned: int, lines: list[Line]) -> None:
        """Up to so many points in all: what has been taken back, or has come back, before is not taken twice."""
        due = owed - order.taken_back
        own = [line.lot for line in lines if line.lot is not None]
        others = sorted(lot for lot in (order.lot, *(row.lot for row in order.lines)) if lot is not None)
        if due > 0:
            assert order.account
            self.take_back(self.root, order.account, due, [*own, *(lot for lot in others if lot not in own)])
            order.taken_back += due
        self.unburn(self.root, order, max(unburned - order.given_back, 0))


def price_of(line: Line, pieces: Decimal) -> Decimal:
    """To the cent, so that all the pieces cost the line's subtotal."""
    if pieces == line.left:
        return line.cost - line.refunded
    up_to_now = half_up(Fraction(line.cost) * Fraction(line.returned + pieces) / Fraction(line.quantity), 2)
    return max(min(up_to_now, line.cost) - line.refunded, Decimal(0))


def of_lines(order: Order) -> Decimal:
    return sum((line.refunded for line in order.lines), Decimal(0))


def paid(order: Order, subtotals: Decimal) -> Decimal:
    """What was paid for so much of the lines, to the cent; for all of them all."""
    whole = sum((line.cost for line in order.lines), Decimal(0))
    if whole in (0, order.total) or subtotals >= whole:
        return subtotals if whole in (0, order.total) else order.total
    return min(half_up(Fraction(subtotals) * Fraction(order.total) / Fraction(whole), 2), order.total)


def part(points: int, of: Decimal, whole: Decimal) -> int:
    """All of them where the whole is nothing."""
    return int(half_up(Fraction(points) * Fraction(of) / Fraction(whole))) if whole else points


def owed_back(order: Order) -> int:
    """At what has been refunded so far, of each line and of no line in particular."""
    by_lines = sum(line_owes(line) for line in order.lines)
    earned_by_lines = sum(line.earned for line in order.lines)
    named = paid(order, of_lines(order))
    left, unnamed = order.total - named, order.refunded - named
    of_the_rest = part(earned_by_lines - by_lines, min(unnamed, left), left) if unnamed > 0 else 0
    return min(by_lines + as_a_whole(order, order.earned) + of_the_rest, order.all_earned)


def as_a_whole(order: Order, points: int) -> int:
    """By what was paid; where that was nothing, by the lines."""
    if order.total:
        return part(points, order.refunded, order.total) if order.refunded else 0
    whole = sum((line.cost for line in order.lines), Decimal(0))
    return part(points, of_lines(order), whole) if of_lines(order) else 0


def line_owes(line: Line) -> int:
    if line.subtotal == 0:
        return line.earned if line.left == 0 and line.quantity else 0
    return part(line.earned, line.refunded, line.subtotal) if line.refunded else 0


def burned_back(order: Order) -> int:
    return as_a_whole(order, order.burned)
