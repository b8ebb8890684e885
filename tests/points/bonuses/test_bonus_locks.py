"""Who waits for the limit in total of a bonus: only orders that it may apply to, and whatever it applies to does."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from loyalty.engine.events import Incoming
from loyalty.points.bonuses import limits
from loyalty.points.bonuses.models import Bonus
from tests.engine.races.racing import waiting
from tests.engine.world import NOW, accepted, configure, event, rows, send
from tests.points.bonuses.bonus import bonus

TOMORROW = NOW.date() + dt.timedelta(days=1)
# A bonus, an order that it does not match, and what has to be changed of that for it to match.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "product": ({"products": ["A"]}, {"items": [{"product_id": "A", "subtotal": 10}]}),
    "category": (
        {"categories": ["Tea"]},
        {"items": [{"product_id": "B", "product_category": "tea", "subtotal": 10}]},
    ),
    "channel": ({"channels": ["Web"]}, {"channel": "web"}),
    "currency": ({"currency": "EUR"}, {"currency": "eur"}),
    "minimum": ({"currency": "EUR", "minimum": 50}, {"items": [{"product_id": "B", "price": 25, "quantity": 2}]}),
}
OTHER: dict[str, Any] = {"items": [{"product_id": "B", "subtotal": 10}]}


def checkout(customer: str, transaction_id: str, **data: Any) -> Incoming:
    return event(customer, "checkout", transaction_id=transaction_id, **data)


def waits_for(made: Bonus, order: Incoming) -> bool:
    """Whether recording the order waits while somebody else holds the row of the bonus."""

    def run() -> None:
        try:
            send(order)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        rows("SELECT FROM points_bonustotal WHERE bonus_id = %s FOR UPDATE", [made.id])
        thread.start()
        deadline = time.monotonic() + 30
        while thread.is_alive() and not waiting() and time.monotonic() < deadline:
            time.sleep(0.005)
        waited = thread.is_alive()
    thread.join(30)
    assert not thread.is_alive()
    return waited


@pytest.mark.usefixtures("committed_db")
class TestTheRowOfALimit:
    @pytest.mark.parametrize("case", CASES)
    def test_is_taken_by_orders_that_match_and_by_no_others(self, case: str) -> None:
        conditions, matching = CASES[case]
        made = bonus(points=5, total_limit=100, **conditions)

        currency = "USD" if case == "currency" else "EUR"
        assert not waits_for(made, checkout("ann", "T1", **OTHER | {"currency": currency}))
        assert waits_for(made, checkout("bob", "T2", **OTHER | {"currency": "EUR"} | matching))

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]

    def test_is_left_by_orders_of_other_days(self) -> None:
        assert not waits_for(bonus(points=5, total_limit=100, first_day=TOMORROW), checkout("ann", "T1", total=10))

    def test_is_left_by_orders_of_guests(self) -> None:
        order = Incoming("", "checkout", {"transaction_id": "T1", "total": 10}, guest=True)

        assert not waits_for(bonus(points=5, total_limit=100), order)

    def test_control_where_all_are_taken_for_matching_everybody_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "_met", lambda incoming, known, rules: rules)
        made = bonus(points=5, total_limit=100, products=["A"])

        assert waits_for(made, checkout("ann", "T1", **OTHER))

    def test_is_taken_after_the_names_that_others_may_hold(self) -> None:
        """Whoever waits to claim an identity holds nothing of the bonus meanwhile."""
        made = bonus(points=5, total_limit=100)
        thread = threading.Thread(target=_and_close(lambda: accepted(checkout("new", "T1", total=10))))
        with transaction.atomic():
            rows("INSERT INTO customers_identity (scheme, value, customer_id) VALUES ('id', 'new', 1)")
            thread.start()
            deadline = time.monotonic() + 30
            while not waiting() and time.monotonic() < deadline:
                time.sleep(0.005)
            rows("SELECT FROM points_bonustotal WHERE bonus_id = %s FOR UPDATE NOWAIT", [made.id])
            transaction.set_rollback(True)
        thread.join(30)

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]


def _and_close(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return run


@pytest.mark.django_db
class TestWhatIsKnownOfAnOrderOnlyTogether:
    """Each part of a bonus's conditions comes by another event: it applies all the same."""

    @pytest.fixture(autouse=True)
    def made(self) -> Bonus:
        rows("UPDATE points_earningrule SET basis = 'item'")
        accepted(event("ann", "opt_in"))
        return bonus(points=5, total_limit=100, products=["A"], channels=["web"])

    def events(self) -> list[Incoming]:
        line = event("ann", "checkout_item", transaction_id="T1", product_id="A", subtotal=10)
        return [line, checkout("ann", "T1", channel="web", total=10)]

    def test_in_one_batch(self) -> None:
        accepted(*self.events())

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]

    def test_in_two_batches(self) -> None:
        line, order = self.events()

        accepted(line)
        accepted(order)

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]

    def test_when_it_is_updated(self) -> None:
        configure(checkout_accept=True)
        accepted(checkout("ann", "T1", channel="web", **OTHER))
        assert rows("SELECT points FROM points_bonustotal") == [(0,)]

        accepted(event("ann", "checkout_update", transaction_id="T1", items=[{"product_id": "A", "subtotal": 10}]))

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]

    def test_when_a_line_is_updated(self) -> None:
        configure(checkout_accept=True)
        items = [{"product_id": "A", "subtotal": 10, "line_id": "1"}]
        accepted(checkout("ann", "T1", items=items))
        accepted(event("ann", "checkout_update", transaction_id="T1", channel="web"))

        accepted(event("ann", "checkout_update_item", transaction_id="T1", line_id="1", product_id="A", subtotal=20))

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]

    def test_when_a_guests_order_is_claimed(self) -> None:
        data = {"transaction_id": "T1", "channel": "web", "items": [{"product_id": "A", "subtotal": 10}]}
        accepted(Incoming("", "checkout", data, guest=True))

        accepted(event("ann", "checkout_claim", transaction_id="T1"))

        assert rows("SELECT points FROM points_bonustotal") == [(5,)]
