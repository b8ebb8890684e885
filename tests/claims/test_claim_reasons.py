"""Why a claim is refused: all that is in the way, the public code first; and what force passes over."""

import datetime as dt
from typing import Any

import pytest

from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from rewards.catalogue.enums import IntervalUnit
from rewards.catalogue.models import Reward
from rewards.claims.models import Claim
from rewards.claims.queries import claimability_of
from rewards.claims.rules import NotClaimable
from tests.claims.claiming import (
    DAY,
    STAFF,
    TILL,
    claim,
    claimed,
    code,
    make_reward,
    members,
    revoke,
    taken,
    tell,
)
from tests.coupons.pooling import make_pool
from tests.engine.world import NOW, check_books, counts, rows, spendable

pytestmark = pytest.mark.django_db


def reasons(name: str, reward: str = "mug", **data: Any) -> list[dict[str, Any]]:
    error = tell(name, "reward", reward=reward, **data).error
    assert isinstance(error, NotClaimable), error
    return [reason.told() for reason in error.reasons]


class TestWhyNot:
    def test_60_of_100_points(self) -> None:
        make_reward()
        members("ann", points=60)
        before = counts()

        assert reasons("ann") == [{"code": 120241, "reason": "points", "required": 100, "available": 60, "missing": 40}]
        assert counts() == before

    def test_all_reasons_are_told_the_public_one_first(self) -> None:
        make_pool("spring")
        rows("INSERT INTO lists_customerlist (slug, name, status) VALUES ('vip', 'VIP', 'active')")
        make_reward(
            type="coupon",
            status="inactive",
            pools=["spring"],
            stock=0,
            audience={"any": [{"list": "vip"}]},
            max_claims=1,
        )
        members("ann", points=0)

        found = reasons("ann", count=2)

        assert [one["code"] for one in found] == [160321, 120213, 120212, 120211, 120241, 123771]

    @pytest.mark.parametrize(
        ("values", "number"),
        [
            ({"status": "inactive"}, 160321),
            ({"starts_at": (NOW + DAY).isoformat()}, 160321),
            ({"starts_at": NOW.isoformat()}, None),
            ({"ends_at": NOW.isoformat()}, 160321),
            ({"ends_at": (NOW + dt.timedelta(seconds=1)).isoformat()}, None),
            ({"stock": 0}, 120212),
            ({"prices": {"USD": 10}}, 120242),
            ({"hidden": True}, 0),
        ],
    )
    def test_each_by_its_code(self, values: dict[str, Any], number: int | None) -> None:
        make_reward(**values)
        members("ann")

        assert claim("ann") == number

    def test_a_hidden_one_is_there_for_staff_only(self) -> None:
        make_reward(hidden=True)
        members("ann")

        assert (claim("ann"), claim("ann", by=STAFF)) == (0, None)

    def test_another_store(self) -> None:
        make_reward()
        Reward.objects.update(stores=["S-1"])
        members("ann")

        assert (claim("ann", store="S-2"), claim("ann", store="S-1")) == (120213, None)

    def test_an_inactive_list_admits_nobody_and_keeps_out_whom_it_holds(self) -> None:
        rows("INSERT INTO lists_customerlist (slug, name, status) VALUES ('vip', 'VIP', 'active')")
        make_reward("in", audience={"any": [{"list": "vip"}]})
        make_reward("out", audience={"not": [{"list": "vip"}]})
        members("ann", "ben")
        accepted_by_staff = tell("ann", "customer_list_add", Actor("back_office"), customer_list="vip")
        assert accepted_by_staff.error is None
        assert [claim("ann", "in"), claim("ann", "out"), claim("ben", "in"), claim("ben", "out")] == [
            None,
            120213,
            120213,
            None,
        ]

        rows("UPDATE lists_customerlist SET status = 'inactive'")
        assert [claim("ann", "in"), claim("ann", "out")] == [120213, 120213]

    def test_a_limit_and_an_interval(self) -> None:
        make_reward(max_claims=2, repeat_interval={"after": 1, "unit": "weeks"})
        members("ann")
        assert claim("ann") is None

        assert reasons("ann") == [{"code": 120211, "reason": "interval", "again_at": (NOW + 7 * DAY).isoformat()}]
        assert claim("ann", at=NOW + 7 * DAY) is None
        assert claim("ann", at=NOW + 14 * DAY) == 120211

    @pytest.mark.parametrize("unit", IntervalUnit.values)
    def test_an_interval_of_before_may_last_longer_than_there_are_days(
        self, unit: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rewards.catalogue.sections.faults.LONGEST", dict.fromkeys(IntervalUnit.values, 10_000))
        reward = make_reward(repeat_interval={"after": 10_000, "unit": unit})
        members("ann")
        assert claim("ann") is None

        assert [one["reason"] for one in reasons("ann")] == ["interval"]
        known = claimability_of(Customer.objects.get(public_id="ann"), NOW)
        assert [one.reason for one in known.reasons(reward)] == ["interval"]

    def test_the_interval_counts_from_the_last_claim_that_stands(self) -> None:
        make_reward(repeat_interval={"after": 7, "unit": "days"})
        members("ann")
        first = claimed("ann")
        second = claimed("ann", at=NOW + 7 * DAY)

        assert revoke("ann", second, NOW + 8 * DAY) is None
        assert claim("ann", at=NOW + 8 * DAY) is None
        assert revoke("ann", first, NOW + 8 * DAY) is None

    @pytest.mark.parametrize(("kind", "number"), [("none", None), ("customer", None), ("reward", 120219)])
    def test_a_lock_of_60_seconds(self, kind: str, number: int | None) -> None:
        make_reward(lock=kind)
        members("ann", "ben")
        claimed("ann")

        soon, later = NOW + dt.timedelta(seconds=59), NOW + dt.timedelta(seconds=60)
        assert claim("ann", at=soon) == (None if kind == "none" else 120219)
        assert claim("ben", at=soon) == number
        assert claim("ann", at=later + dt.timedelta(seconds=60)) is None

    def test_a_usd_customer_pays_120_and_a_gbp_customer_is_refused(self) -> None:
        make_reward(prices={"EUR": 100, "USD": 120})
        for name, currency in (("ann", "USD"), ("ben", "GBP")):
            members(name, currency=currency)
        members("cat")

        assert [claim(name) for name in ("ann", "ben", "cat")] == [None, 120242, None]
        assert [spendable(name) for name in ("ann", "ben", "cat")] == [880, 1_000, 900]

    def test_in_one_batch_what_comes_before_counts(self) -> None:
        """The stock is read although the points came only with the same batch."""
        make_reward(stock=1)
        members("ann", points=0)

        found = record(
            [
                Incoming("ann", "point_add", {"points": 300}),
                Incoming("ann", "reward", {"reward": "mug"}),
                Incoming("ann", "reward", {"reward": "mug"}),
            ],
            by=TILL,
            at=NOW,
        )

        assert [code(one) for one in found] == [None, None, 120212]
        assert (spendable("ann"), taken()) == (200, 1)
        check_books()


class TestByForce:
    def test_all_but_the_stock_is_passed_over_and_it_costs_nothing(self) -> None:
        make_reward(status="inactive", stock=1, max_claims=1, prices={"USD": 10})
        members("ann", points=0)

        assert claim("ann", by=STAFF, forced=True) is None
        assert (taken(), spendable("ann"), Claim.objects.get().forced) == (1, 0, True)
        assert claim("ann", by=STAFF, forced=True) == 120212

    def test_nobody_else_may(self) -> None:
        make_reward()
        members("ann")

        assert claim("ann", forced=True) == 0
