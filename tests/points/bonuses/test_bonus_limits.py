"""Limits of bonuses: per customer and in total, exact under concurrency."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.engine.events import Incoming
from loyalty.engine.state import Part
from loyalty.points.bonuses import limits as bonuses
from tests.engine.races.racing import BALANCES, CLIENTS, race
from tests.engine.world import accepted, codes, event, rows, send
from tests.points.bonuses.bonus import bonus, why


def checkout(customer: str, transaction_id: str, total: int = 10, **data: Any) -> Incoming:
    return event(customer, "checkout", transaction_id=transaction_id, total=total, **data)


def earned() -> list[int]:
    """The points of each lot, oldest first."""
    return [points for (points,) in rows("SELECT points FROM points_lot ORDER BY id")]


def used(table: str) -> list[int]:
    return [points for (points,) in rows(f"SELECT points FROM points_{table} ORDER BY bonus_id, points")]


@pytest.mark.django_db
class TestALimit:
    def test_per_customer_is_each_customers_own(self) -> None:
        bonus("2", name="Double points", customer_limit=15)

        accepted(checkout("ann", "T1"), checkout("ann", "T2"), checkout("bob", "T3"), checkout("ann", "T4"))

        assert earned() == [20, 15, 20, 10]
        assert why()[1:] == ["Double points (×2 on 10 EUR): +0 of 10, by the limit per customer", "Together: 10 points"]
        assert used("bonususe") == [10, 15]

    def test_per_customer_counts_over_batches(self) -> None:
        bonus(points=10, customer_limit=25)

        for name in ("T1", "T2", "T3", "T4"):
            accepted(checkout("ann", name))

        assert earned() == [20, 20, 15, 10]

    def test_in_total_is_everybodys(self) -> None:
        bonus("2", name="Double points", total_limit=25)

        accepted(checkout("ann", "T1"), checkout("bob", "T2"))
        accepted(checkout("cid", "T3"))
        assert earned() == [20, 20, 15]
        assert why()[1] == "Double points (×2 on 10 EUR): +5 of 10, by the limit in total"
        accepted(checkout("dan", "T4"))

        assert earned()[3:] == [10]
        assert used("bonustotal") == [25]

    def test_the_smaller_of_two_holds(self) -> None:
        bonus("2", customer_limit=8, total_limit=12)

        accepted(checkout("ann", "T1"), checkout("bob", "T2"))

        assert earned() == [18, 14]
        assert (used("bonususe"), used("bonustotal")) == ([4, 8], [12])

    def test_of_one_bonus_does_not_touch_another(self) -> None:
        bonus(points=5, total_limit=5)
        bonus(points=3)

        accepted(checkout("ann", "T1"), checkout("ann", "T2"))

        assert earned() == [18, 13]
        assert used("bonustotal") == [5, 0]

    def test_is_not_used_by_an_order_that_is_refused(self) -> None:
        bonus(points=5, customer_limit=5, total_limit=5)
        late = checkout("ann", "T1", auto_accept="soon", channel="x" * 3_000)

        assert codes(send(late, checkout("ann", "T2"))) == [0, None]

        assert earned() == [15]
        assert used("bonustotal") == [5]

    def test_is_not_used_by_a_guests_order_until_it_is_claimed(self) -> None:
        bonus(points=5, total_limit=5)
        accepted(event("ann", "opt_in"))

        accepted(Incoming("", "checkout", {"transaction_id": "T1", "total": 10}, guest=True))
        assert used("bonustotal") == [0]
        accepted(event("ann", "checkout_claim", transaction_id="T1"))

        assert (earned(), used("bonustotal")) == ([15], [5])

    def test_that_an_order_has_used_is_its_own_when_it_is_updated(self) -> None:
        rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")
        bonus("2", customer_limit=15, total_limit=15)
        accepted(checkout("ann", "T1"))

        accepted(event("ann", "checkout_update", transaction_id="T1", total=12))
        assert rows("SELECT pending FROM points_balance") == [(24,)]
        accepted(event("ann", "checkout_update", transaction_id="T1", total=20), checkout("ann", "T2"))

        assert rows("SELECT pending FROM points_balance") == [(35 + 10,)]
        assert (used("bonususe"), used("bonustotal")) == ([15], [15])

    def test_of_lines_that_are_updated_is_used_again(self) -> None:
        rows("UPDATE points_earningrule SET basis = 'item'")
        rows("UPDATE staff_generalsettings SET modules = '{checkout_accept}'")
        bonus("2", customer_limit=10)
        accepted(checkout("ann", "T1", items=[{"product_id": "A", "price": 5}, {"product_id": "B", "price": 5}]))
        assert rows("SELECT pending FROM points_balance") == [(20,)]

        items = [{"product_id": "A", "price": 2}, {"product_id": "C", "price": 9}]
        accepted(event("ann", "checkout_update", transaction_id="T1", items=items))

        assert rows("SELECT pending FROM points_balance") == [(2 + 2 + 9 + 8,)]

    def test_counts_from_when_it_is_set(self) -> None:
        made = bonus("2")
        accepted(checkout("ann", "T1"))
        made.customer_limit = 5
        made.save()

        accepted(checkout("ann", "T2"))

        assert earned() == [20, 15]


def clients() -> list[list[Incoming]]:
    accepted(*(event(f"member{index}", "opt_in") for index in range(CLIENTS)))
    return [[checkout(f"member{index}", f"T{index}")] for index in range(CLIENTS)]


@pytest.mark.usefixtures("committed_db")
class TestSixtyFourClients:
    def test_get_together_what_the_limit_in_total_leaves(self) -> None:
        bonus(points=10, total_limit=95)

        assert race(clients(), BALANCES) == [None] * CLIENTS

        assert sorted(earned(), reverse=True) == [20] * 9 + [15] + [10] * (CLIENTS - 10)
        assert used("bonustotal") == [95]

    def test_control_without_the_lock_they_get_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        unlocked: Part = replace(bonuses.TOTALS, sql=bonuses.TOTALS.sql.replace("FOR NO KEY UPDATE OF t", ""))
        monkeypatch.setattr(bonuses, "TOTALS", unlocked)
        bonus(points=10, total_limit=95)

        race(clients(), BALANCES)

        assert sum(earned()) > CLIENTS * 10 + 95

    def test_who_are_new_all_enrol_and_nobody_gets_more(self) -> None:
        bonus(points=10, total_limit=95)
        newcomers = [[checkout("new", f"T{index}")] for index in range(CLIENTS)]

        assert race(newcomers, "LOCK TABLE customers_customer IN SHARE MODE") == [None] * CLIENTS

        assert sum(earned()) == CLIENTS * 10 + 95

    def test_do_not_wait_for_each_other_once_the_limit_is_used_up(self) -> None:
        bonus(points=10, total_limit=10)
        accepted(checkout("first", "T"))

        # All of them come to where the balances are written: nobody stands in a queue before.
        assert race(clients(), BALANCES) == [None] * CLIENTS
        assert earned() == [20] + [10] * CLIENTS
