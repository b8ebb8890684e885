"""Coupons told after `docs/coupons.md`: who holds which code, in which status, with what left. It shares no code with the
engine. Days are numbers; amounts are whole cents."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

VALID_DAYS = 5
CARD, LEAST_BALANCE, LEAST_REDEMPTION = 5_000, 500, 1_000
# Code → whether it is a gift card's; the generic one is everybody's.
CODES = {"S-1": False, "S-2": False, "S-3": False, "GC-1": True, "GC-2": True}
GENERIC = "ALL"


@dataclass
class Held:
    """What somebody holds or held."""

    code: str
    holder: str
    last_day: int | None
    status: str = "claimed"
    # (amount, order) of each redemption that stands.
    uses: list[tuple[int, str | None]] = field(default_factory=list)
    balance: int | None = None
    written_off: int = 0

    def on(self, today: int) -> str:
        is_over = self.last_day is not None and today > self.last_day
        return "expired" if is_over and self.status in {"claimed", "partially_redeemed"} else self.status

    def settle(self, today: int) -> None:
        """By its last day and what is left of it."""
        if self.last_day is not None and today > self.last_day:
            self.status = "expired"
        elif not self.uses:
            self.status = "claimed"
        else:
            self.status = "partially_redeemed" if self.balance else "redeemed"


@dataclass
class World:
    people: set[str]
    today: int = 0
    rows: list[Held] = field(default_factory=list)
    free: set[str] = field(default_factory=lambda: set(CODES))
    over: set[str] = field(default_factory=set)
    # Whose each order is.
    orders: dict[str, str] = field(default_factory=dict)

    def seen(self) -> list[tuple[str, str, str, int, int | None]]:
        return sorted((row.code, row.holder, row.on(self.today), len(row.uses), row.balance) for row in self.rows)

    def _of(self, name: str, code: str, *statuses: str) -> Held | None:
        return next(
            (row for row in self.rows if (row.holder, row.code) == (name, code) and row.on(self.today) in statuses),
            None,
        )

    def assign(self, name: str, code: str) -> bool:
        if code == GENERIC:
            if any((row.holder, row.code) == (name, code) for row in self.rows):
                return False
        elif code not in self.free:
            return False
        self.free.discard(code)
        is_card = CODES.get(code, False)
        self.rows.append(Held(code, name, self.today + VALID_DAYS, balance=CARD if is_card else None))
        return True

    def unassign(self, name: str, code: str) -> bool:
        row = self._of(name, code, "claimed")
        if row is None:
            return False
        self.rows.remove(row)
        if code != GENERIC:
            self.free.add(code)
        return True

    def invalidate(self, name: str, code: str) -> bool:
        row = self._of(name, code, "claimed")
        if row is None:
            return False
        row.status = "invalid"
        return True

    def redeem(self, name: str, code: str, amount: int, order: str | None) -> bool:
        row = self._of(name, code, "claimed", "partially_redeemed")
        if row is None or order in self.over or (order and any(named == order for _amount, named in row.uses)):
            return False
        if row.balance is None:
            row.uses.append((0, order))
            row.status = "redeemed"
            return True
        if amount > row.balance or amount < min(LEAST_REDEMPTION, row.balance):
            return False
        row.uses.append((amount, order))
        row.balance -= amount
        if 0 < row.balance < LEAST_BALANCE:
            row.written_off, row.balance, row.status = row.balance, 0, "invalid"
        else:
            row.settle(self.today)
        return True

    def _can_come_back(self, row: Held) -> bool:
        status = row.on(self.today)
        return bool(row.uses) and (
            status in {"redeemed", "partially_redeemed", "expired"} or (status == "invalid" and row.written_off > 0)
        )

    def _take_back(self, row: Held, use: tuple[int, str | None]) -> None:
        row.uses.remove(use)
        if row.balance is not None:
            row.balance += use[0] + row.written_off
            row.written_off = 0
        row.settle(self.today)

    def unredeem(self, name: str, code: str) -> bool:
        rows = [row for row in self.rows if (row.holder, row.code) == (name, code) and self._can_come_back(row)]
        if not rows:
            return False
        self._take_back(rows[0], rows[0].uses[-1])
        return True

    def transfer(self, name: str, code: str, to: str) -> bool:
        row = self._of(name, code, "claimed")
        if row is None or to == name or to not in self.people:
            return False
        if code == GENERIC and any((one.holder, one.code) == (to, code) for one in self.rows):
            return False
        self.rows.append(replace(row, holder=to, uses=[]))
        row.status, row.balance = "transferred", None
        return True

    def change_expiration(self, name: str, code: str, last_day: int | None) -> bool:
        row = self._of(name, code, "claimed", "partially_redeemed", "expired")
        if row is None:
            return False
        row.last_day = last_day
        row.settle(self.today)
        return True

    def undo_order(self, order: str) -> None:
        """A rejection, or a refund of a pool that gives back."""
        self.over.add(order)
        for row in [row for row in self.rows if row.holder == self.orders[order]]:
            for use in [use for use in row.uses if use[1] == order]:
                if self._can_come_back(row):
                    self._take_back(row, use)

    def merge(self, source: str, target: str) -> None:
        for row in [row for row in self.rows if row.holder == source]:
            same = next((one for one in self.rows if (one.holder, one.code) == (target, GENERIC)), None)
            if row.code == GENERIC and same:
                # The other one stays with the profile that is merged away, or goes: nobody looks at it.
                is_kept = bool(row.uses) and not same.uses and same.status != "transferred"
                self.rows.remove(same if is_kept else row)
                if not is_kept:
                    continue
            row.holder = target
        self.orders = {order: target if name == source else name for order, name in self.orders.items()}
        self.people.discard(source)

    def opt_out(self, name: str) -> None:
        self.rows = [row for row in self.rows if row.holder != name]
        self.orders = {order: owner for order, owner in self.orders.items() if owner != name}
        self.people.discard(name)

    def codes(self) -> Iterator[str]:
        yield from (*CODES, GENERIC)
