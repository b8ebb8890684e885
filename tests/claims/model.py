"""Claims and bids told from `docs/rewards.md` alone: who has claimed what, which lots hold what. It shares nothing with the
engine. Days are numbers."""

from dataclasses import dataclass, field

# Reward → price, stock, claims per customer, days between claims.
MUG, PEN, AUCTION = "mug", "pen", "auction"
PRICES = {MUG: 100, PEN: 30}
STOCK = {MUG: 4}
LIMIT = {MUG: 3}
INTERVAL = {PEN: 3}
START, STEP = 20, 5


@dataclass
class Lot:
    points: int
    # The first day on which it is worth nothing; None: never.
    expires: int | None
    number: int
    remaining: int = 0
    expired: int = 0

    @property
    def order(self) -> tuple[bool, int, int]:
        return (self.expires is None, self.expires or 0, self.number)


@dataclass
class Claim:
    event: int
    holder: str
    reward: str
    count: int
    day: int
    # What it took of which lots.
    pieces: list[tuple[Lot, int]]
    stands: bool = True


@dataclass
class World:
    people: set[str]
    today: int = 0
    lots: dict[str, list[Lot]] = field(default_factory=dict)
    debt: dict[str, int] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    # The bidder, the points, and what of which lots is reserved.
    highest: tuple[str, int, list[tuple[Lot, int]]] | None = None
    numbers: int = 0
    # Order → its lot and whose it is.
    orders: dict[str, tuple[str, Lot]] = field(default_factory=dict)
    over: bool = False

    def spendable(self, name: str) -> int:
        return sum(lot.remaining for lot in self.lots.get(name, ()))

    def reserved(self, name: str) -> int:
        return self.highest[1] if self.highest and self.highest[0] == name else 0

    def seen(self, name: str) -> tuple[int, int, int, list[tuple[int, int, int]]]:
        found = sorted(self.lots.get(name, []), key=lambda lot: lot.number)
        lots = [(lot.points, lot.remaining, lot.expired) for lot in found]
        return self.spendable(name), self.reserved(name), self.debt.get(name, 0), lots

    def taken(self, reward: str) -> int:
        return sum(claim.count for claim in self.claims if claim.reward == reward and claim.stands)

    def earn(self, name: str, points: int, days: int | None) -> Lot:
        self.numbers += 1
        lot = Lot(points, None if days is None else self.today + days + 1, self.numbers, points)
        self.lots.setdefault(name, []).append(lot)
        repaid = min(self.debt.get(name, 0), lot.remaining)
        lot.remaining -= repaid
        self.debt[name] = self.debt.get(name, 0) - repaid
        return lot

    def pass_days(self, days: int) -> None:
        self.today += days
        for lots in self.lots.values():
            for lot in lots:
                if lot.expires is not None and lot.expires <= self.today:
                    lot.expired += lot.remaining
                    lot.remaining = 0

    def _draw(self, name: str, points: int) -> list[tuple[Lot, int]]:
        pieces, left = [], points
        for lot in sorted(self.lots.get(name, []), key=lambda lot: lot.order):
            taken = min(left, lot.remaining)
            if taken:
                lot.remaining -= taken
                pieces.append((lot, taken))
            left -= taken
        assert left == 0
        return pieces

    def _into(self, lot: Lot, points: int) -> None:
        if lot.expires is not None and lot.expires <= self.today:
            lot.expired += points
        else:
            lot.remaining += points

    def _repay(self, name: str) -> None:
        for lot in sorted(self.lots.get(name, []), key=lambda lot: lot.order):
            paid = min(self.debt.get(name, 0), lot.remaining)
            lot.remaining -= paid
            self.debt[name] = self.debt.get(name, 0) - paid

    def may_claim(self, name: str, reward: str, count: int) -> bool:
        own = [claim for claim in self.claims if (claim.holder, claim.reward, claim.stands) == (name, reward, True)]
        if reward in STOCK and self.taken(reward) + count > STOCK[reward]:
            return False
        if reward in LIMIT and sum(claim.count for claim in own) + count > LIMIT[reward]:
            return False
        interval = INTERVAL.get(reward)
        if interval and (count > 1 or any(self.today < claim.day + interval for claim in own)):
            return False
        return PRICES[reward] * count <= self.spendable(name)

    def claim(self, name: str, reward: str, count: int, event: int) -> None:
        pieces = self._draw(name, PRICES[reward] * count)
        self.claims.append(Claim(event, name, reward, count, self.today, pieces))

    def revoke(self, claim: Claim) -> None:
        claim.stands = False
        name, points = claim.holder, sum(points for _, points in claim.pieces)
        forgiven = min(points, self.debt.get(name, 0))
        self.debt[name] = self.debt.get(name, 0) - forgiven
        left = points - forgiven
        for lot, most in sorted(claim.pieces, key=lambda piece: piece[0].order, reverse=True):
            given = min(left, most)
            self._into(lot, given)
            left -= given

    def order(self, name: str, order: str, points: int) -> None:
        self.orders[order] = (name, self.earn(name, points, None))

    def refund(self, order: str) -> None:
        """What was earned is taken back: from its lot, then from others; the rest is owed."""
        name, lot = self.orders.pop(order)
        left = lot.points
        for one in [lot, *sorted(self.lots[name], key=lambda one: one.order)]:
            taken = min(left, one.remaining)
            one.remaining -= taken
            left -= taken
        self.debt[name] = self.debt.get(name, 0) + left

    def may_bid(self, name: str, points: int) -> bool:
        least = self.highest[1] + STEP if self.highest else START
        return not self.over and points >= least and points <= self.spendable(name) + self._comes_back(name)

    def _comes_back(self, name: str) -> int:
        """Of the customer's own bid, if it is outbid by themselves: not what has expired meanwhile, nor what pays a debt."""
        pieces = self.highest[2] if self.highest and self.highest[0] == name else []
        back = sum(points for lot, points in pieces if lot.expires is None or lot.expires > self.today)
        return max(back - self.debt.get(name, 0), 0)

    def bid(self, name: str, points: int) -> None:
        self.release()
        self.highest = (name, points, self._draw(name, points))

    def release(self) -> None:
        if self.highest:
            name, _, pieces = self.highest
            for lot, points in pieces:
                self._into(lot, points)
            self._repay(name)
        self.highest = None

    def end(self, event: int) -> None:
        assert self.highest is not None
        name, _, pieces = self.highest
        self.claims.append(Claim(event, name, AUCTION, 1, self.today, pieces))
        self.highest, self.over = None, True

    def merge(self, source: str, target: str) -> None:
        self.lots.setdefault(target, []).extend(self.lots.pop(source, []))
        self.debt[target] = self.debt.get(target, 0) + self.debt.pop(source, 0)
        self._repay(target)
        for claim in self.claims:
            if claim.holder == source:
                claim.holder = target
        if self.highest and self.highest[0] == source:
            self.highest = (target, *self.highest[1:])
        self.orders = {order: (target if name == source else name, lot) for order, (name, lot) in self.orders.items()}
        self.people.discard(source)

    def opt_out(self, name: str) -> None:
        if self.highest and self.highest[0] == name:
            self.highest = None
        self.lots.pop(name, None)
        self.debt.pop(name, None)
        self.orders = {order: found for order, found in self.orders.items() if found[0] != name}
        self.people.discard(name)
