"""Claims: what is spent, given and taken."""

from decimal import Decimal
from typing import Any

import pytest

from coupons.models import Coupon
from events.models import Event
from loyalty.engine.events import Actor
from loyalty.program.operations import apply_program
from rewards.claims.models import Claim
from rewards.claims.rules import NotClaimable
from tests.claims.claiming import (
    BY,
    claim,
    claimed,
    code,
    make_reward,
    members,
    standing,
    taken,
    tell,
)
from tests.coupons.pooling import assign, make_cards, make_pool
from tests.engine.world import accepted, check_books, counts, event, rows, spendable

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

    def test_of_a_dynamic_coupon_for_an_aggregated_card_adds_what_it_costs(self) -> None:
        make_cards("CARD", value="50", aggregated=True)
        make_reward(type="dynamic_coupon", pools=["cards"], max_price=500, price_step=50)
        members("ann", points=2_000)

        assert [claim("ann", points=points) for points in (150, 250)] == [None, None]
        assert Coupon.objects.get(code="CARD").balance == 75 + 125
        check_books()

    def test_of_a_dynamic_coupon_on_a_code_with_another_value_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As rewards of before may ask for it: whoever pays more would get no more."""
        monkeypatch.setattr("rewards.catalogue.sections.faults._of_values", lambda *_: ())
        make_pool("again", "A-1", value="5", aggregated=True)
        make_reward(type="dynamic_coupon", pools=["again"], max_price=500, price_step=50)
        members("ann")

        assert [claim("ann", points=points) for points in (150, 250, 150)] == [None, 1602, None]
        assert (Coupon.objects.get(code="A-1").issued, spendable("ann")) == (2, 700)
        check_books()

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
