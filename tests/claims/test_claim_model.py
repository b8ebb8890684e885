"""Random lives of claims and bids against the model: what is spent, reserved and left in each lot, after every single step."""

import datetime as dt
import random
from typing import Any

import pytest
from django.db import IntegrityError

from customers.models import Customer
from events.models import Event
from loyalty.points.ledger.moves import give_back
from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from rewards.claims.bidding import mechanism
from rewards.claims.bidding.ending import end_biddings
from rewards.claims.models import Claim
from tests.claims import model
from tests.claims.claiming import DAY, TILL, bid, buckets, code, lots, make_reward, members, revoke, taken, tell
from tests.engine.world import NOW, accepted, event, expire, merging, rows

pytestmark = pytest.mark.django_db
PEOPLE = ("ann", "ben", "cat", "dan")
END = 12


class Life:
    """One life: each step is done to the program and to the model, and both must say the same of it."""

    def __init__(self, seed: int) -> None:
        self.dice, self.world = random.Random(seed), model.World(set(PEOPLE))
        make_reward(
            model.MUG,
            prices={"EUR": model.PRICES[model.MUG]},
            stock=model.STOCK[model.MUG],
            max_claims=model.LIMIT[model.MUG],
        )
        interval = {"after": model.INTERVAL[model.PEN], "unit": "days"}
        make_reward(model.PEN, prices={"EUR": model.PRICES[model.PEN]}, repeat_interval=interval)
        ends = (NOW + END * DAY).isoformat()
        make_reward(model.AUCTION, type="bidding", prices={"EUR": model.START}, price_step=model.STEP, ends_at=ends)
        members(*PEOPLE, points=0)
        self.number = 0

    @property
    def at(self) -> dt.datetime:
        return NOW + self.world.today * DAY

    def step(self) -> str:
        steps = (
            [self.earn] * 6 + [self.claim] * 10 + [self.revoke] * 6 + [self.bid] * 6 + [self.pass_days] * 3
            + [self.order] * 3 + [self.refund] * 3 + [self.merge] + [self.opt_out]
        )  # fmt: skip
        return self.dice.choice(steps)()

    def somebody(self) -> str:
        return self.dice.choice(sorted(self.world.people))

    def agree(self, told: str, refusal: int | None, expected: bool) -> str:
        assert (refusal is None) == expected, f"{told}: {refusal}"
        return told

    def earn(self) -> str:
        name, points, days = self.somebody(), self.dice.choice([20, 60, 120]), self.dice.choice([None, 0, 1, 4])
        expires = {} if days is None else {"expdate": (self.at + days * DAY).date().isoformat()}
        accepted(event(name, "point_add", points=points, **expires), at=self.at)
        self.world.earn(name, points, days)
        return f"earn {name} {points} {days}"

    def claim(self) -> str:
        name, reward, count = self.somebody(), self.dice.choice([model.MUG, model.PEN]), self.dice.choice([1, 1, 1, 2])
        expected = self.world.may_claim(name, reward, count)
        outcome = tell(name, "reward", TILL, self.at, reward=reward, count=count)
        told = self.agree(f"claim {name} {reward} {count}", code(outcome), expected)
        if expected:
            self.world.claim(name, reward, count, outcome.events[0].id)
        return told

    def revoke(self) -> str:
        found = [one for one in self.world.claims if one.holder in self.world.people]
        if not found:
            return "nothing to revoke"
        one = self.dice.choice(found)
        name = self.somebody() if self.dice.random() < 0.2 else one.holder
        expected = one.stands and one.holder == name
        told = self.agree(f"revoke {name} {one.event}", revoke(name, one.event, self.at), expected)
        if expected:
            self.world.revoke(one)
        return told

    def bid(self) -> str:
        name, highest = self.somebody(), self.world.highest[1] if self.world.highest else 0
        points = highest + self.dice.choice([1, 5, 6, 20, 40])
        expected = self.world.may_bid(name, points)
        told = self.agree(f"bid {name} {points}", bid(name, points, model.AUCTION, self.at), expected)
        if expected:
            self.world.bid(name, points)
        return told

    def pass_days(self) -> str:
        self.world.pass_days(self.dice.choice([1, 1, 2, 5]))
        expire(self.at)
        ended = end_biddings(now=lambda: self.at)
        if self.world.today >= END:
            assert ended == (self.world.highest is not None)
            if self.world.highest:
                self.world.end(Claim.objects.get(reward__slug=model.AUCTION).event_id)
            self.world.over = True
        return f"day {self.world.today}"

    def order(self) -> str:
        name = self.somebody()
        self.number += 1
        order = f"T-{self.number}"
        [outcome] = accepted(event(name, "checkout", transaction_id=order, total=50), at=self.at)
        self.world.order(name, order, sum(one.points for one in outcome.events))
        return f"order {order} of {name}"

    def refund(self) -> str:
        if not self.world.orders:
            return "no order"
        order = self.dice.choice(sorted(self.world.orders))
        accepted(event(self.world.orders[order][0], "refund", transaction_id=order), at=self.at)
        self.world.refund(order)
        return f"refund {order}"

    def merge(self) -> str:
        if len(self.world.people) < 3 or self.dice.random() < 0.5:
            return "no merge"
        source, target = self.dice.sample(sorted(self.world.people), 2)
        accepted(merging(source, target), at=self.at)
        self.world.merge(source, target)
        return f"merge {source} into {target}"

    def opt_out(self) -> str:
        if len(self.world.people) < 3 or self.dice.random() < 0.7:
            return "no opt-out"
        name = self.somebody()
        accepted(event(name, "opt_out"), at=self.at)
        self.world.opt_out(name)
        return f"opt-out {name}"

    def seen(self) -> dict[str, Any]:
        """The same of the program, of those who are there."""
        found: dict[str, Any] = {}
        for name in Customer.objects.filter(public_id__in=self.world.people, status="active").values_list(
            "public_id", flat=True
        ):
            of = buckets(name)
            found[name] = (of["spendable"], of["reserved"], of["debt"], [lot[:3] for lot in lots(name)])
        stand = Claim.objects.filter(customer__public_id__in=self.world.people, revoked_by__isnull=True)
        found["claims"] = sorted(stand.values_list("event_id", "customer__public_id", "reward__slug", "count"))
        found["taken"] = taken(model.MUG)
        return found

    def expected(self) -> dict[str, Any]:
        world = self.world
        there = [one for one in world.claims if one.stands and one.holder in world.people]
        return {
            **{name: world.seen(name) for name in world.people},
            "claims": sorted((one.event, one.holder, one.reward, one.count) for one in there),
            "taken": world.taken(model.MUG),
        }


def live(seed: int, steps: int) -> None:
    life, told = Life(seed), list[str]()
    for _ in range(steps):
        events, before = Event.objects.count(), life.seen()
        told.append(life.step())
        after = life.seen()
        assert after == life.expected(), told
        if Event.objects.count() == events and not told[-1].startswith("day"):
            # What is refused leaves no trace.
            assert before == after, told
    assert compare(all_checks(), limit=10).mismatches == []
    assert not rows("SELECT FROM points_lot WHERE remaining < 0 OR expired < 0 OR remaining + expired > points")


@pytest.mark.parametrize("seed", range(3))
def test_lives_of_claims_go_as_the_model_says(seed: int) -> None:
    live(seed, 40)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_lives_of_claims_go_as_the_model_says(seed: int) -> None:
    live(seed, 150)


FREE = mechanism._free
# What is done otherwise, and where.
FAULTS: dict[str, tuple[str, Any]] = {
    "a revocation leaves the stock and the limit as they were": (
        "rewards.claims.life.revoking._untake",
        lambda *_: None,
    ),
    "a revocation gives nothing back": ("rewards.claims.life.revoking._give_back", lambda *_: None),
    "points return to whichever lot was drawn on last": (
        "rewards.claims.life.revoking.give_back",
        lambda event, state, batch, account, points, first: give_back(event, state, batch, account, points),
    ),
    "nothing is in the way of a claim": ("rewards.claims.rules.CHECKS", ()),
    "the interval is not looked at": ("rewards.claims.rules.after", lambda at, *_: at),
    "whoever is outbid keeps their points reserved": ("rewards.claims.bidding.mechanism.release", lambda *_: None),
    "what is released does not expire": (
        "rewards.claims.bidding.mechanism._free",
        lambda bid, event, owner, batch, **_: FREE(bid, event, owner, batch, keep=True),
    ),
    "whoever leaves keeps the highest bid": ("rewards.claims.bidding.mechanism._remove", lambda *_: None),
}


@pytest.mark.prove
@pytest.mark.parametrize("fault", FAULTS)
def test_control_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within one long life, whose bidding ends late."""
    monkeypatch.setattr(*FAULTS[fault])
    monkeypatch.setattr("tests.claims.test_claim_model.END", 60)

    with pytest.raises((AssertionError, IntegrityError, ValueError, KeyError)):
        live(100, 400)
