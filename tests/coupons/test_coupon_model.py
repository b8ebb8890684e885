"""Random lives of coupons against the model: who holds what, in which status, with what left, after every single step."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from coupons.enums import CouponStatus, MovementKind
from coupons.life.holding import move_balance, status_now
from coupons.models import Coupon
from coupons.rows import CouponRow
from customers.models import Customer
from events.models import Event
from loyalty.engine.batch import Batch
from loyalty.engine.events import Incoming
from loyalty.engine.rows import EventRow
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.coupons import model
from tests.coupons.pooling import STAFF, TILL, assign, do, make_cards, make_pool, members
from tests.engine.world import NOW, merging
from tests.factories import tell

pytestmark = pytest.mark.django_db
PEOPLE = ("ann", "ben", "cat", "dan")
AMOUNTS = (900, 1_000, 1_300, 2_400, 4_600, 5_000)
DAY = dt.timedelta(days=1)


class Life:
    """One life: each step is done to the program and to the model, and both must say the same of it."""

    def __init__(self, seed: int) -> None:
        self.dice, self.world = random.Random(seed), model.World(set(PEOPLE))
        expires = {"after": model.VALID_DAYS, "unit": "days"}
        singles = [code for code, is_card in model.CODES.items() if not is_card]
        make_pool("spring", *singles, expires=expires)
        make_cards(
            *(code for code, is_card in model.CODES.items() if is_card),
            minimum_value="5", minimum_redemption_value="10", expires=expires,
        )  # fmt: skip
        make_pool("all", source="generated", pattern=model.GENERIC, expires=expires)
        members(*PEOPLE)
        self.number = 0

    @property
    def at(self) -> dt.datetime:
        return NOW + self.world.today * DAY

    def step(self) -> str:
        steps = (
            [self.assign] * 6 + [self.redeem] * 8 + [self.unredeem] * 4 + [self.unassign, self.invalidate]
            + [self.transfer] * 3 + [self.expiration] * 2 + [self.pass_days] * 2 + [self.order] * 3 + [self.undo_order] * 2
            + [self.merge] + [self.opt_out]
        )  # fmt: skip
        return self.dice.choice(steps)()

    def someone(self) -> tuple[str, str]:
        """More often somebody who holds the code than not."""
        held = [(row.holder, row.code) for row in self.world.rows if row.holder in self.world.people]
        if held and self.dice.random() < 0.8:
            return self.dice.choice(held)
        return self.dice.choice(sorted(self.world.people)), self.dice.choice([*self.world.codes()])

    def agree(self, told: str, refusal: int | None, expected: bool) -> str:
        assert (refusal is None) == expected, f"{told}: {refusal}"
        return told

    def assign(self) -> str:
        name, code = self.dice.choice(sorted(self.world.people)), self.dice.choice([*self.world.codes()])
        pool = "all" if code == model.GENERIC else "cards" if model.CODES[code] else "spring"
        refusal = assign(name, pool, self.at, **({} if pool == "all" else {"code": code}))
        return self.agree(f"assign {name} {code}", refusal, self.world.assign(name, code))

    def redeem(self) -> str:
        (name, code), amount = self.someone(), self.dice.choice(AMOUNTS)
        own = [order for order, owner in self.world.orders.items() if owner == name]
        order = self.dice.choice([None, *own])
        data: dict[str, Any] = {"amount": Decimal(amount) / 100} | ({"transaction_id": order} if order else {})
        refusal = do(name, "redeem", TILL, self.at, code=code.lower(), **data)
        return self.agree(
            f"redeem {name} {code} {amount} {order}", refusal, self.world.redeem(name, code, amount, order)
        )

    def unredeem(self) -> str:
        name, code = self.someone()
        refusal = do(name, "unredeem", STAFF, self.at, code=code)
        return self.agree(f"unredeem {name} {code}", refusal, self.world.unredeem(name, code))

    def unassign(self) -> str:
        name, code = self.someone()
        refusal = do(name, "unassign", STAFF, self.at, code=code)
        return self.agree(f"unassign {name} {code}", refusal, self.world.unassign(name, code))

    def invalidate(self) -> str:
        name, code = self.someone()
        refusal = do(name, "invalidate", STAFF, self.at, code=code)
        return self.agree(f"invalidate {name} {code}", refusal, self.world.invalidate(name, code))

    def transfer(self) -> str:
        (name, code), to = self.someone(), self.dice.choice(PEOPLE)
        if to not in self.world.people:
            return "nobody to transfer to"
        refusal = do(name, "transfer", STAFF, self.at, to=to, code=code)
        return self.agree(f"transfer {name} {code} to {to}", refusal, self.world.transfer(name, code, to))

    def expiration(self) -> str:
        name, code = self.someone()
        day = self.dice.choice([None, self.world.today - 1, self.world.today, self.world.today + 3])
        after = {"expires_on": None if day is None else (NOW + day * DAY).date().isoformat()}
        refusal = do(name, "change", STAFF, self.at, code=code, after=after)
        return self.agree(f"expiration {name} {code} {day}", refusal, self.world.change_expiration(name, code, day))

    def pass_days(self) -> str:
        self.world.today += self.dice.choice([1, 1, 2, 6])
        return f"day {self.world.today}"

    def order(self) -> str:
        name = self.dice.choice(sorted(self.world.people))
        self.number += 1
        order = f"T-{self.number}"
        tell(
            Incoming(name, "checkout", {"transaction_id": order, "total": 100, "auto_accept": "2027-12-31"}), at=self.at
        )
        self.world.orders[order] = name
        return f"order {order} of {name}"

    def undo_order(self) -> str:
        open_orders = sorted(self.world.orders.keys() - self.world.over)
        if not open_orders:
            return "no order"
        order = self.dice.choice(open_orders)
        name = self.world.orders[order]
        [outcome] = tell(Incoming(name, "checkout_reject", {"transaction_id": order}), at=self.at)
        assert outcome.error is None, outcome.error
        self.world.undo_order(order)
        return f"reject {order} of {name}"

    def merge(self) -> str:
        if len(self.world.people) < 3 or self.dice.random() < 0.7:
            return "no merge"
        source, target = self.dice.sample(sorted(self.world.people), 2)
        [outcome] = tell(merging(source, target), at=self.at)
        assert outcome.error is None, outcome.error
        self.world.merge(source, target)
        return f"merge {source} into {target}"

    def opt_out(self) -> str:
        if len(self.world.people) < 3 or self.dice.random() < 0.7:
            return "no opt-out"
        name = self.dice.choice(sorted(self.world.people))
        [outcome] = tell(Incoming(name, "opt_out", {}), at=self.at)
        assert outcome.error is None, outcome.error
        self.world.opt_out(name)
        return f"opt-out {name}"

    def seen(self) -> list[tuple[str, str, str, int, int | None]]:
        """The same of the program, of those who are there."""
        there = Customer.objects.filter(public_id__in=self.world.people, status="active")
        found = Coupon.objects.filter(customer__in=there).select_related("customer")
        standing = Count("redemptions", filter=Q(redemptions__undone_at__isnull=True))
        rows = []
        for row in found.annotate(standing=standing):
            assert row.customer is not None
            cents = None if row.balance is None else int(row.balance * 100)
            status = status_now(row, self.at).value
            rows.append((row.code, row.customer.public_id, status, row.standing, cents))
        return sorted(rows)


def live(seed: int, steps: int) -> None:
    life, told = Life(seed), list[str]()
    for _ in range(steps):
        events = Event.objects.count()
        before = life.seen()
        said = life.step()
        told.append(said)
        assert life.seen() == life.world.seen(), told
        if Event.objects.count() == events:
            # What is refused leaves no trace.
            assert before == life.seen() or said.startswith("day"), told
    assert compare(all_checks(), limit=10).mismatches == []


@pytest.mark.parametrize("seed", range(5))
def test_lives_of_coupons_go_as_the_model_says(seed: int) -> None:
    live(seed, 60)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_lives_of_coupons_go_as_the_model_says(seed: int) -> None:
    live(seed, 150)


def _forget_the_rest(row: CouponRow, amount: Decimal, event: EventRow, batch: Batch) -> None:
    move_balance(row, amount, MovementKind.UNREDEEM, event, batch)
    row.written_off = None


# What is done otherwise, and where.
FAULTS: dict[str, tuple[str, Any]] = {
    "a rest that was written off does not come back": ("coupons.life.redemption._give_back", _forget_the_rest),
    "the last day is not looked at": ("coupons.life.holding.status_now", lambda row, _at: CouponStatus(row.status)),
    "an order redeems one coupon twice": ("coupons.life.redemption._refuse_same_order", lambda *_arguments: None),
    "a rejected order keeps its redemptions": ("coupons.life.orders._put_back", lambda *_arguments: None),
    "merged, a generic code is had twice": ("coupons.life.merging._settle", lambda *_arguments: None),
}


@pytest.mark.prove
@pytest.mark.parametrize("fault", FAULTS)
def test_control_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    found = 0
    for seed in range(100, 140):
        with transaction.atomic():
            try:
                live(seed, 150)
            except (AssertionError, IntegrityError, ValueError):
                found += 1
            transaction.set_rollback(True)
        if found:
            return
    pytest.fail("No life found it.")
