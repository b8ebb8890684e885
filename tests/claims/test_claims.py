"""Claims and revocations: what each check refuses, what is taken, and what comes back."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from coupons.models import Coupon
from events.models import Event
from loyalty.engine.events import Actor, Incoming
from loyalty.engine.record import record
from loyalty.points.expiry.operations import expire_points
from loyalty.program.operations import apply_program
from rewards.catalogue.models import Reward
from rewards.claims.models import Claim
from rewards.claims.rules import NotClaimable
from tests.claims.claiming import (
    BY,
    DAY,
    STAFF,
    TILL,
    buckets,
    claim,
    claimed,
    code,
    lots,
    make_reward,
    members,
    revoke,
    standing,
    taken,
    tell,
)
from tests.coupons.pooling import assign, make_cards, make_pool
from tests.coupons.pooling import do as do_coupon
from tests.engine.world import NOW, accepted, check_books, counts, event, merging, rows, spendable

pytestmark = pytest.mark.django_db


def reasons(name: str, reward: str = "mug", **data: Any) -> list[dict[str, Any]]:
    error = tell(name, "reward", reward=reward, **data).error
    assert isinstance(error, NotClaimable), error
    return [reason.told() for reason in error.reasons]


class TestAClaim:
    def test_spends_the_price_and_takes_stock(self) -> None:
        make_reward(stock=5)
        members("ann")

        id = claimed("ann")

        assert (spendable("ann"), taken(), standing("ann")) == (900, 1, 1)
        told = Event.objects.get(id=id)
        assert (told.action, told.points, told.data) == ("reward", -100, {"reward": "mug", "currency": "EUR"})
        check_books()

    def test_gives_a_coupon_whose_code_is_told(self) -> None:
        make_pool("spring", "A-1", "A-2")
        make_reward(type="coupon", pools=["spring"])
        members("ann")

        id = claimed("ann")

        told = Event.objects.get(id=id).data
        assert (told["coupon"], told["code"]) == ("spring", "A-1")
        row = Claim.objects.get(event_id=id)
        assert [Coupon.objects.get(pk=one).status for one in row.coupons] == ["claimed"]
        check_books()

    def test_of_several_at_once_is_one_claim(self) -> None:
        make_pool("spring", "A-1", "A-2", "A-3")
        make_reward(type="coupon", pools=["spring"], stock=3)
        members("ann")

        id = claimed("ann", count=3)

        assert (spendable("ann"), taken()) == (700, 3)
        assert Event.objects.get(id=id).data["codes"] == ["A-1", "A-2", "A-3"]

    def test_of_three_where_two_are_left_takes_nothing(self) -> None:
        make_reward(stock=2)
        members("ann")
        before = counts()

        assert reasons("ann", count=3) == [{"code": 120212, "reason": "stock", "left": 2, "wanted": 3}]
        assert (counts(), taken(), spendable("ann")) == (before, 0, 1_000)

    def test_of_a_bundle_gives_a_code_of_each_pool_or_nothing(self) -> None:
        make_pool("spring", "A-1")
        make_pool("summer")
        make_reward(type="bundle", pools=["spring", "summer"])
        members("ann")

        assert reasons("ann") == [{"code": 123771, "reason": "codes", "pool": "summer"}]
        assert Coupon.objects.get(code="A-1").status == "unassigned"
        assert spendable("ann") == 1_000

        make_pool("summer", "B-1")
        assert Event.objects.get(id=claimed("ann")).data["codes"] == ["A-1", "B-1"]

    def test_of_a_dynamic_coupon_is_worth_as_much_more_as_it_costs(self) -> None:
        make_pool("spring", "A-1", "A-2", value="5")
        make_reward(type="dynamic_coupon", pools=["spring"], max_price=1_000, price_step=50)
        members("ann", points=2_000)

        assert claim("ann", points=250) is None
        assert (Coupon.objects.get(code="A-1").value, spendable("ann")) == (Decimal("12.50"), 1_750)
        assert [claim("ann", points=wrong) for wrong in (50, 120, 1_050)] == [0, 0, 0]
        assert claim("ann") == 0

    def test_of_a_generic_code_gives_it_once(self) -> None:
        make_pool("all", source="generated", pattern="WELCOME")
        make_reward(type="coupon", pools=["all"])
        members("ann")

        assert (claim("ann", count=2), claim("ann"), claim("ann")) == (0, None, 1602)

    def test_of_a_gift_card_gives_its_balance(self) -> None:
        make_cards("CARD", value="50")
        make_reward(type="gift_card", pools=["cards"])
        members("ann")

        assert claim("ann") is None
        assert Coupon.objects.get(code="CARD").balance == 50
        check_books()

    def test_is_not_sent_as_a_single_event_of_the_api(self) -> None:
        make_reward()
        members("ann")

        assert code(tell("ann", "reward", Actor("api"), reward="mug")) == 10003
        assert code(tell("ann", "reward_revoke", Actor("api"), event=1)) == 10003

    def test_may_come_from_a_file_and_from_an_automation(self) -> None:
        make_reward()
        members("ann")

        assert [claim("ann", by=Actor(source)) for source in ("import", "automation")] == [None, None]

    def test_of_an_unknown_or_archived_reward_is_404(self) -> None:
        make_reward(status="inactive")
        apply_program(
            {"rewards": [{"id": "mug", "type": "physical", "name": {"en": "Mug"}, "status": "archived"}]}, by=BY
        )
        members("ann")

        for slug in ("mug", "nothing"):
            error = tell("ann", "reward", reward=slug).error
            assert error is not None
            assert (error.code, error.status, error.message) == (0, 404, "Reward not found")

    def test_of_somebody_who_is_not_active_is_refused(self) -> None:
        make_reward()
        members("ann")
        accepted(event("ann", "suspend"))

        assert claim("ann") == 110003

    def test_never_makes_a_debt(self) -> None:
        rows("UPDATE points_account SET negative_points = true")
        make_reward()
        members("ann", points=60)

        assert claim("ann") == 120241


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
            ({"hidden": True}, None),
        ],
    )
    def test_each_by_its_code(self, values: dict[str, Any], number: int | None) -> None:
        make_reward(**values)
        members("ann")

        assert claim("ann") == number

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


class TestARevocation:
    def test_puts_everything_back(self) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"], stock=1, max_claims=1)
        members("ann")
        before = (lots("ann"), buckets("ann"))
        id = claimed("ann")

        assert revoke("ann", id) is None

        assert (lots("ann"), buckets("ann"), taken()) == (*before, 0)
        assert Coupon.objects.get(code="A-1").status == "invalid"
        assert claim("ann") == 123771
        check_books()

    def test_of_two_lots_leaves_both_as_they_were(self) -> None:
        make_reward(prices={"EUR": 80})
        members("ann", points=0)
        accepted(event("ann", "point_add", points=100))
        accepted(event("ann", "point_add", points=50, expdate=(NOW + DAY).date().isoformat()))
        before = lots("ann")
        id = claimed("ann")
        assert [remaining for _, remaining, _, _ in lots("ann")] == [70, 0]

        assert revoke("ann", id) is None

        assert lots("ann") == before
        check_books()

    def test_what_goes_back_to_an_expired_lot_expires_at_once(self) -> None:
        make_reward(prices={"EUR": 80})
        members("ann", points=0)
        accepted(event("ann", "point_add", points=100))
        accepted(event("ann", "point_add", points=50, expdate=(NOW + DAY).date().isoformat()))
        id = claimed("ann")
        expire_points(now=lambda: NOW + 3 * DAY)

        assert revoke("ann", id, NOW + 3 * DAY) is None

        assert [(remaining, expired) for _, remaining, expired, _ in lots("ann")] == [(100, 0), (0, 50)]
        assert buckets("ann") | {"earned": 0} == {
            "earned": 0, "spent": 0, "expired": 50, "reserved": 0, "debt": 0, "spendable": 100,
        }  # fmt: skip
        check_books()

    def test_is_done_once(self) -> None:
        make_reward()
        members("ann")
        id = claimed("ann")

        assert [revoke("ann", id), revoke("ann", id)] == [None, 160344]
        assert spendable("ann") == 1_000

    def test_is_of_the_customers_own_claim_and_of_the_named_reward(self) -> None:
        make_reward()
        make_reward("pen")
        members("ann", "ben")
        id = claimed("ann")

        assert [revoke("ben", id), revoke("ann", 1), revoke("ann", id, reward="pen")] == [160340] * 3
        assert revoke("ann", id, reward="mug") is None

    @pytest.mark.parametrize("act", ["redeem", "transfer", "expire"])
    def test_is_refused_where_the_coupon_was_used(self, act: str) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"])
        members("ann", "ben")
        id, at = claimed("ann"), NOW
        if act == "expire":
            rows("UPDATE coupons_coupon SET expires_at = %s", [NOW])
        else:
            do_coupon("ann", act, to="ben" if act == "transfer" else "", code="A-1")

        assert revoke("ann", id, at) == 1602
        assert (spendable("ann"), standing("ann")) == (900, 1)

    def test_of_a_coupon_that_was_taken_back_before_gives_the_points(self) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"])
        members("ann")
        id = claimed("ann")
        do_coupon("ann", "unassign", code="A-1")

        assert revoke("ann", id) is None
        assert Coupon.objects.get(code="A-1").status == "unassigned"

    def test_of_an_aggregated_code_takes_one_use(self) -> None:
        make_pool("again", "A-1", aggregated=True)
        make_reward(type="coupon", pools=["again"])
        members("ann")
        first, second = claimed("ann"), claimed("ann")
        assert Coupon.objects.get(code="A-1").issued == 2
        do_coupon("ann", "redeem", code="A-1")

        assert revoke("ann", first) is None
        assert (Coupon.objects.get(code="A-1").issued, Coupon.objects.get(code="A-1").status) == (1, "redeemed")
        assert revoke("ann", second) == 1602
        check_books()

    def test_of_an_aggregated_gift_card_takes_its_value(self) -> None:
        make_cards("CARD", value="50", aggregated=True)
        make_reward(type="gift_card", pools=["cards"])
        members("ann")
        first, second = claimed("ann"), claimed("ann")
        do_coupon("ann", "redeem", code="CARD", amount=60)

        assert revoke("ann", first) == 1602
        do_coupon("ann", "unredeem", code="CARD")
        assert revoke("ann", first) is None
        assert Coupon.objects.get(code="CARD").balance == 50
        assert revoke("ann", second) is None
        check_books()

    def test_what_a_claim_has_spent_is_not_unspent_otherwise(self) -> None:
        make_reward()
        members("ann")
        id = claimed("ann")
        accepted(event("ann", "point_spend", points=30))

        assert code(tell("ann", "point_unspend", points=31)) == 112900
        assert code(tell("ann", "point_unspend", points=30)) is None
        assert revoke("ann", id) is None
        assert spendable("ann") == 1_000
        check_books()

    def test_lowers_a_debt_first(self) -> None:
        make_reward()
        members("ann", points=0)
        accepted(event("ann", "checkout", transaction_id="T", total=100))
        earned = spendable("ann") or 0
        make_reward(prices={"EUR": earned})
        id = claimed("ann")
        accepted(event("ann", "refund", transaction_id="T"))
        assert buckets("ann")["debt"] == earned

        assert revoke("ann", id) is None
        assert (buckets("ann")["debt"], spendable("ann")) == (0, 0)
        check_books()

    def test_and_a_claim_in_one_batch(self) -> None:

        make_reward(stock=1, max_claims=1)
        members("ann")
        id = claimed("ann")

        found = record(
            [Incoming("ann", "reward_revoke", {"event": id}), Incoming("ann", "reward", {"reward": "mug"})],
            by=TILL,
            at=NOW,
        )

        assert [code(one) for one in found] == [None, None]
        assert (taken(), standing("ann"), spendable("ann")) == (1, 1, 900)
        check_books()


class TestMergedProfiles:
    def test_claims_move_and_limits_add_up(self) -> None:
        make_reward(max_claims=2)
        members("ann", "ben")
        claimed("ann")
        id = claimed("ben")

        accepted(merging("ben", "ann"))

        assert (standing("ann"), claim("ann")) == (2, 120211)
        assert revoke("ann", id) is None
        assert (spendable("ann"), claim("ann")) == (1_900, None)
        check_books()

    def test_a_coupon_that_moved_is_invalid_once_its_claim_is_revoked(self) -> None:
        make_pool("spring", "A-1")
        make_reward(type="coupon", pools=["spring"])
        members("ann", "ben")
        id = claimed("ben")
        accepted(merging("ben", "ann"))

        assert revoke("ann", id) is None
        assert Coupon.objects.get(code="A-1").status == "invalid"
        check_books()


class TestWhatIsTaken:
    def test_of_a_reward_that_gets_a_stock_later_the_claims_count(self) -> None:
        make_reward()
        members("ann")
        claimed("ann", count=3)
        assert taken() == 0

        make_reward(stock=4)

        assert (taken(), claim("ann"), claim("ann")) == (4 - 1, None, 120212)
        check_books()

    def test_erased_people_keep_what_they_took(self) -> None:
        make_reward(stock=2)
        members("ann")
        claimed("ann")

        accepted(event("ann", "opt_out"))

        assert (taken(), standing()) == (1, 1)
        check_books()


def test_a_coupon_assigned_by_hand_is_no_claim() -> None:
    make_pool("spring", "A-1")
    members("ann")

    assert assign("ann") is None
    assert not Claim.objects.exists()
