"""What is booked of a limit on a promise is released with it, and can be used again."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.accounts.models import Account
from loyalty.engine.state import Part
from loyalty.points.bonuses import limits as bonuses
from tests.engine.races.racing import BALANCES, CLIENTS, race
from tests.engine.world import accepted, check_books, codes, configure, event, merging, rows, send
from tests.points.bonuses.bonus import bonus
from tests.points.bonuses.test_bonus_limits import checkout, earned, used

OWN_LIMITS = "SELECT points FROM points_bonususe"


def pending() -> int:
    return int(rows("SELECT coalesce(sum(pending), 0)::bigint FROM points_balance")[0][0])


def act(action: str, transaction_id: str, customer: str = "ann", **data: Any) -> None:
    accepted(event(customer, action, transaction_id=transaction_id, **data))


@pytest.mark.django_db
class TestAPendingOrder:
    @pytest.fixture(autouse=True)
    def decided_later(self) -> None:
        configure(checkout_accept=True)

    def test_that_is_rejected_gives_the_customers_limit_back(self) -> None:
        bonus(points=100, customer_limit=100)
        act("checkout", "T1", total=10)
        assert pending() == 110

        act("checkout_reject", "T1")
        assert (pending(), used("bonususe")) == (0, [0])
        act("checkout", "T2", total=10)

        assert (pending(), used("bonususe")) == (110, [100])
        check_books()

    def test_that_is_rejected_gives_the_limit_in_total_back_to_everybody(self) -> None:
        bonus(points=100, total_limit=100)
        accepted(checkout("ann", "T1"), checkout("bob", "T2"))
        assert pending() == 110 + 10

        act("checkout_reject", "T1")
        accepted(checkout("cid", "T3"))

        assert (pending(), used("bonustotal")) == (10 + 110, [100])
        check_books()

    def test_that_is_rejected_in_the_same_batch_leaves_the_limits_to_the_next(self) -> None:
        bonus(points=5, customer_limit=5, total_limit=5)

        accepted(checkout("ann", "T1"), event("ann", "checkout_reject", transaction_id="T1"), checkout("ann", "T2"))

        assert (pending(), used("bonususe"), used("bonustotal")) == (15, [5], [5])

    def test_gives_back_what_an_update_no_longer_needs(self) -> None:
        rows("UPDATE points_earningrule SET percentage = 5")
        bonus("2", customer_limit=8)
        act("checkout", "T1", total=100)
        act("checkout_update", "T1", total=40)
        assert used("bonususe") == [2]
        act("checkout_update", "T1", total=100)
        assert used("bonususe") == [5]

        act("checkout", "T2", total=100)

        assert (pending(), used("bonususe")) == (10 + 8, [8])
        check_books()

    def test_gives_back_what_one_of_its_lines_no_longer_needs(self) -> None:
        rows("UPDATE points_earningrule SET basis = 'item'")
        bonus("2", customer_limit=10)
        lines = [{"product_id": "A", "price": 6}, {"product_id": "B", "price": 4}]
        accepted(checkout("ann", "T1", items=lines))

        act("checkout_update_item", "T1", product_id="A", price=1)

        assert (pending(), used("bonususe")) == (2 + 8, [5])
        check_books()

    def test_whose_account_an_update_does_not_name_uses_that_accounts_limits(self) -> None:
        configure(multi_accounts=True, checkout_accept=True)
        account = Account.objects.create(slug="bonus", name="Bonus")
        rows("INSERT INTO points_earningrule (account_id, basis, rounding, percentage)"
             " SELECT id, 'transaction', 'nearest', 100 FROM points_account WHERE slug = 'bonus'")  # fmt: skip
        made = bonus("2", customer_limit=15, total_limit=15)
        rows("UPDATE points_bonus SET account_id = %s WHERE id = %s", [account.id, made.id])
        accepted(event("ann", "checkout", "bonus", transaction_id="T1", total=10))

        act("checkout_update", "T1", total=12)

        assert (pending(), used("bonususe"), used("bonustotal")) == (24, [12], [12])
        check_books()

    def test_of_whom_the_draft_had_lines_has_used_the_limits_once(self) -> None:
        rows("UPDATE points_earningrule SET basis = 'item'")
        bonus("2", customer_limit=15)
        accepted(event("ann", "opt_in"))
        act("checkout_item", "T1", product_id="A", price=10)
        assert used("bonususe") == [10]

        accepted(checkout("ann", "T1", items=[{"product_id": "B", "price": 10}]))

        assert (pending(), used("bonususe")) == (35, [15])
        check_books()

    def test_whose_customer_leaves_gives_back_what_it_promised_and_not_what_was_given(self) -> None:
        bonus(points=5, total_limit=20)
        accepted(checkout("ann", "T1"), checkout("ann", "T2"), event("ann", "checkout_accept", transaction_id="T1"))

        accepted(event("ann", "opt_in"), event("ann", "opt_out"))

        assert used("bonustotal") == [5]
        check_books()

    def test_of_a_merged_profile_gives_its_limit_back_to_the_survivor(self) -> None:
        bonus(points=5, customer_limit=15)
        accepted(event("old", "opt_in"), event("new", "opt_in"))
        accepted(checkout("old", "T1"), checkout("new", "T2"))
        accepted(merging("old", "new"))
        assert used("bonususe") == [10]

        act("checkout_reject", "T1", "new")

        assert used("bonususe") == [5]
        check_books()

    def test_gives_nothing_back_that_it_had_before_there_was_a_limit(self) -> None:
        made = bonus(points=5)
        accepted(checkout("ann", "T1"))
        made.customer_limit = made.total_limit = 8
        made.save()
        accepted(checkout("ann", "T2"))

        act("checkout_reject", "T1")

        assert (used("bonususe"), used("bonustotal")) == ([5], [5])

    def test_gives_back_what_it_had_while_there_was_a_limit(self) -> None:
        made = bonus(points=5, customer_limit=8, total_limit=8)
        accepted(checkout("ann", "T1"))
        made.customer_limit = made.total_limit = None
        made.active = False
        made.save()

        act("checkout_reject", "T1")

        assert (used("bonususe"), used("bonustotal")) == ([0], [0])

    def test_that_is_refused_gives_back_nothing(self) -> None:
        bonus(points=5, customer_limit=5)
        accepted(checkout("ann", "T1"), event("ann", "checkout_reject", transaction_id="T1"), checkout("ann", "T2"))

        assert codes(send(event("ann", "checkout_reject", transaction_id="T1"))) == [112212]

        assert used("bonususe") == [5]


@pytest.mark.django_db
class TestAnAcceptedOrder:
    def test_that_is_refunded_in_full_gives_its_limits_back(self) -> None:
        bonus(points=5, customer_limit=5, total_limit=5)

        accepted(checkout("ann", "T1"), event("ann", "refund", transaction_id="T1"), checkout("ann", "T2"))

        assert (earned(), used("bonususe"), used("bonustotal")) == ([15, 15], [5], [5])
        check_books()

    def test_that_is_refunded_bit_by_bit_gives_them_back_with_the_last(self) -> None:
        bonus(points=5, customer_limit=5)
        accepted(checkout("ann", "T1"))

        act("partial_refund", "T1", amount=9)
        assert used("bonususe") == [5]
        act("partial_refund", "T1", amount=1)

        assert used("bonususe") == [0]
        check_books()

    def test_that_is_refunded_keeps_them_used_where_the_bonus_says_so(self) -> None:
        bonus(points=5, customer_limit=5, total_limit=5, refund_releases=False)
        bonus(points=3, customer_limit=3)

        accepted(checkout("ann", "T1"), event("ann", "refund", transaction_id="T1"), checkout("ann", "T2"))

        assert (earned(), used("bonustotal")) == ([18, 13], [5, 0])
        check_books()

    def test_that_is_rejected_gives_them_back_whatever_the_bonus_says(self) -> None:
        bonus(points=5, customer_limit=5, refund_releases=False)

        accepted(checkout("ann", "T1"), event("ann", "checkout_reject", transaction_id="T1"), checkout("ann", "T2"))

        assert (earned(), used("bonususe")) == ([15, 15], [5])


@pytest.mark.usefixtures("committed_db")
class TestTillsAndARejection:
    """One till rejects the order that has used a limit; another one checks out."""

    def set_up(self) -> None:
        configure(checkout_accept=True)
        bonus(points=10, total_limit=10 * CLIENTS)
        accepted(*(event(f"member{index}", "opt_in") for index in range(CLIENTS)))
        accepted(*(checkout(f"member{index}", f"T{index}") for index in range(CLIENTS // 2)))

    def run(self) -> None:
        half = CLIENTS // 2
        rejections = [[event(f"member{n}", "checkout_reject", transaction_id=f"T{n}")] for n in range(half)]
        checkouts = [[checkout(f"member{n}", f"T{n}")] for n in range(half, CLIENTS)]
        assert race([*rejections, *checkouts], BALANCES) == [None] * CLIENTS

    def test_count_what_was_used_and_what_was_given_back(self) -> None:
        self.set_up()

        self.run()

        assert used("bonustotal") == [10 * CLIENTS // 2]
        check_books()

    def test_control_without_the_lock_one_writes_over_the_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        unlocked: Part = replace(bonuses.TOTALS, sql=bonuses.TOTALS.sql.replace("FOR NO KEY UPDATE OF t", ""))
        monkeypatch.setattr(bonuses, "TOTALS", unlocked)
        monkeypatch.setattr("loyalty.points.mechanism.USED_LIMITS", (bonuses.USES, unlocked))
        self.set_up()

        self.run()

        assert used("bonustotal") != [10 * CLIENTS // 2]
