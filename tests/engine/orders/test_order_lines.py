"""Lines of an order: which of them an event means, in pieces or by weight, and lines that lower the order."""

from decimal import Decimal
from typing import Any

import pytest

from events.orders.lines.rules import read_line
from loyalty.refusals import Refused
from tests.engine.orders.buying import balance, checkout, lines, lots, moves, order, refuse
from tests.engine.world import accepted, configure, event, rows

pytestmark = pytest.mark.django_db
TWINS = [{"product_id": "tee", "subtotal": 100}, {"product_id": "tee", "subtotal": 50}]
STATISTICS = "SELECT purchase_total, purchase_count, purchase_item_count FROM customers_customer"


@pytest.fixture(autouse=True)
def ann() -> None:
    configure()
    accepted(event("ann", "opt_in"))


@pytest.fixture
def by_item() -> None:
    rows("UPDATE points_earningrule SET basis = 'item'")


@pytest.fixture
def accepting() -> None:
    rows("UPDATE staff_generalsettings SET modules = '{expiring_points,checkout_accept}'")


def refund(**data: Any) -> None:
    accepted(event("ann", "refund_item", transaction_id="t", **data))


# Which line


def test_the_line_whose_price_per_piece_fits_the_subtotal_is_refunded() -> None:
    accepted(checkout(total=None, items=TWINS))
    refund(product_id="tee", quantity=1, subtotal=50)
    assert order("t", "status", "refunded") == ("accepted", 50)
    refund(product_id="tee", quantity=1, subtotal=100)
    assert order("t", "status", "refunded", "taken_back") == ("refunded", 150, 150)
    assert balance() == {}


@pytest.mark.usefixtures("by_item")
@pytest.mark.parametrize("prices", [(100, 50), (50, 100)])
def test_without_a_price_that_fits_the_last_line_with_room_is_refunded(prices: tuple[int, int]) -> None:
    accepted(checkout(total=None, items=[{"product_id": "tee", "subtotal": price} for price in prices]))
    refund(product_id="tee")
    assert order("t", "refunded") == prices[1]
    refund(product_id="tee", subtotal=30)
    assert order("t", "refunded", "taken_back") == (prices[1] + 30, prices[1] + 30)


def test_a_line_is_refunded_by_its_id_whatever_its_product() -> None:
    accepted(checkout(total=None, items=[{**line, "line_id": place} for place, line in enumerate(TWINS, 1)]))
    refuse(event("ann", "refund_item", transaction_id="t", line_id="3"), 112217, "no such item: 3")
    refuse(
        event("ann", "refund_item", transaction_id="t", line_id="1", product_id="hat"), 112217, "no such item: 1, hat"
    )
    refund(line_id="1")
    assert order("t", "refunded") == 100
    refuse(event("ann", "refund_item", transaction_id="t", line_id=1, product_id="tee"), 112217, "no such item: 1")
    refund(line_id=2, product_id="tee")
    assert order("t", "status") == "refunded"


def test_a_line_without_an_id_is_named_by_its_place() -> None:
    accepted(checkout(total=None, items=TWINS))
    refund(line_id="#1")
    assert order("t", "refunded") == 100
    for name in ("#0", "#3", "#x", "#"):
        refuse(event("ann", "refund_item", transaction_id="t", line_id=name), 112217, f"no such item: {name}")


def test_two_lines_cannot_have_one_id_nor_an_id_that_means_a_place() -> None:
    twice = [{**line, "line_id": "a"} for line in TWINS]
    refuse(checkout(items=twice), 0, "items[1]: 'line_id' is that of another line: a")
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="hat", line_id="a", subtotal=5))
    refuse(checkout(items=twice[:1]), 0, "items[0]: 'line_id' is that of another line: a")
    refuse(checkout(items=[{**TWINS[0], "line_id": "#1"}]), 0, "items[0]: 'line_id' must not begin with #")


def test_of_two_wrong_lines_the_first_is_told() -> None:
    twice = [{"line_id": "a", "subtotal": 10}, {"line_id": "a", "subtotal": 5}, {"quantity": -1, "subtotal": 5}]
    refuse(checkout(items=twice), 0, "items[1]: 'line_id' is that of another line: a")
    refuse(checkout(items=[twice[2], *twice]), 0, "items[0]: 'subtotal' must not be above 0 where 'quantity' is below")


@pytest.mark.usefixtures("by_item")
def test_a_quantity_may_span_lines() -> None:
    accepted(checkout(total=None, items=[{"product_id": "tee", "price": 10, "quantity": 2},
                                         {"product_id": "tee", "price": 20, "quantity": 2}]))  # fmt: skip
    refuse(event("ann", "refund_item", transaction_id="t", product_id="tee", quantity=5), 0, "at most 4")
    refund(product_id="tee", quantity=3)
    assert lines("refunded_quantity", "refunded") == [[1, 10], [2, 40]]
    assert lots() == [(20, 10, 0), (40, 0, 0)]
    refund(product_id="tee")
    assert order("t", "status", "refunded") == ("refunded", 60)


def test_a_subtotal_of_several_lines_is_laid_on_them_in_their_order() -> None:
    items = [{"product_id": "tee", "price": price, "quantity": 1} for price in (50, 50, 100)]
    accepted(checkout(total=None, items=items))
    refund(product_id="tee", quantity=2, subtotal=100)
    assert lines("refunded_quantity", "refunded") == [[1, 50], [1, 50], [None, None]]


def test_a_subtotal_above_what_is_left_of_the_lines_is_refused() -> None:
    accepted(checkout(total=None, items=TWINS))
    refuse(event("ann", "refund_item", transaction_id="t", product_id="tee", quantity=1, subtotal=101), 112203)
    refuse(event("ann", "refund_item", transaction_id="t", product_id="tee", quantity=2, subtotal="150.01"), 112203)


@pytest.mark.usefixtures("by_item", "accepting")
def test_an_accepted_item_is_found_by_its_price_its_id_or_last() -> None:
    items = [*TWINS, {"product_id": "tee", "subtotal": 50, "line_id": "c"}, {"product_id": "tee", "subtotal": 7}]
    accepted(checkout(total=None, items=items))
    accepted(event("ann", "checkout_accept_item", transaction_id="t", product_id="tee", subtotal=100))
    accepted(event("ann", "checkout_accept_item", transaction_id="t", product_id="tee"))
    accepted(event("ann", "checkout_accept_item", transaction_id="t", line_id="c"))
    assert lines("accepted") == [[True], [None], [True], [True]]
    assert balance() == {"earned": 157, "pending": 50, "spendable": 157}
    accepted(event("ann", "checkout_accept_item", transaction_id="t", line_id="#2"))
    assert order("t", "status") == "accepted"


@pytest.mark.usefixtures("by_item", "accepting")
def test_accepted_items_are_whole_lines_and_a_quantity_may_span_them() -> None:
    items = [{"product_id": "tee", "price": 10, "quantity": quantity} for quantity in (3, 1, 2)]
    accepted(checkout(total=None, items=items))
    refuse(event("ann", "checkout_accept_item", transaction_id="t", product_id="tee", quantity=5), 0, "whole lines")
    accepted(event("ann", "checkout_accept_item", transaction_id="t", product_id="tee", quantity=1))
    accepted(event("ann", "checkout_accept_item", transaction_id="t", product_id="tee", quantity=5))
    assert order("t", "status") == "accepted"
    assert balance() == {"earned": 60, "spendable": 60}
    assert moves() == [("checkout_accept_item", 50)]


@pytest.mark.usefixtures("by_item", "accepting")
def test_an_updated_item_is_the_one_of_the_same_price_else_the_last() -> None:
    accepted(checkout(total=None, items=TWINS))
    accepted(event("ann", "checkout_update_item", transaction_id="t", product_id="tee", price=100, quantity=3))
    assert lines("quantity", "subtotal") == [[3, 300], [None, 50]]
    accepted(event("ann", "checkout_update_item", transaction_id="t", product_id="tee", subtotal=40))
    assert lines("quantity", "subtotal") == [[3, 300], [None, 40]]
    accepted(event("ann", "checkout_update_item", transaction_id="t", line_id="#1", subtotal=7))
    assert order("t", "total", "earned") == (47, 47)


@pytest.mark.usefixtures("accepting")
def test_an_item_of_a_product_that_is_there_is_added_under_an_id_of_its_own() -> None:
    accepted(checkout(total=None, items=[{**TWINS[0], "line_id": "a"}]))
    refuse(event("ann", "checkout_item", transaction_id="t", product_id="tee", subtotal=5), 5003)
    refuse(event("ann", "checkout_item", transaction_id="t", product_id="tee", line_id="a", subtotal=5), 5003)
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="tee", line_id="b", subtotal=5))
    assert order("t", "total") == 105


# By weight


@pytest.mark.usefixtures("by_item")
def test_a_quantity_may_have_three_decimals() -> None:
    accepted(checkout(total=None, items=[{"product_id": "ham", "price": "19.90", "quantity": "0.755"},
                                         {"product_id": "tee", "price": 10, "quantity": 2}]))  # fmt: skip
    assert lines("quantity", "subtotal") == [[0.755, 15.0245], [2, 20]]
    assert rows(STATISTICS) == [(Decimal("35.0245"), 1, Decimal("2.755"))]
    refund(product_id="ham", quantity="0.5")
    assert order("t", "refunded", "taken_back") == (Decimal("9.95"), 10)
    assert rows(STATISTICS) == [(Decimal("25.0745"), 1, Decimal("2.255"))]
    refuse(event("ann", "refund_item", transaction_id="t", product_id="ham", quantity="0.256"), 0, "at most 0.255")
    refund(product_id="ham")
    assert order("t", "refunded", "taken_back") == (Decimal("15.0245"), 15)
    accepted(event("ann", "refund", transaction_id="t"))
    assert rows(STATISTICS) == [(0, 1, 0)]
    assert balance() == {}


@pytest.mark.parametrize(
    ("quantity", "kept"),
    [("1.5", 1.5), (Decimal("0.30000000000000004"), 0.3), ("2.000", 2), (Decimal("0.1234999"), 0.123), (10**6, 10**6)],
)
def test_a_quantity_is_kept_to_three_decimals(quantity: object, kept: float) -> None:
    accepted(checkout(items=[{"product_id": "ham", "subtotal": 1, "quantity": quantity}]))
    assert lines("quantity") == [[kept]]


@pytest.mark.parametrize("quantity", ["1,5", "x", "NaN", "Infinity", 10**6 + 1, "1e400", True, []])
def test_what_is_no_quantity_is_refused_by_its_place(quantity: object) -> None:
    refuse(checkout(items=[{"product_id": "ham", "subtotal": 1, "quantity": quantity}]), 0, "items[0]: 'quantity'")


# Lines that lower the order


@pytest.mark.parametrize(
    "lowering",
    [
        {"product_id": "old", "price": 30, "quantity": -1},
        {"product_id": "old", "subtotal": -30, "quantity": -2},
        {"product_id": "old", "price": 35, "discount": -5, "quantity": -1},
        {"product_name": "Discount", "subtotal": "-30"},
        {"product_name": "Discount", "price": "-15.00", "quantity": 2},
    ],
)
def test_a_line_below_nothing_lowers_the_total_and_earns_nothing(lowering: dict[str, Any]) -> None:
    accepted(checkout(total=None, items=[{"product_id": "new", "subtotal": 50}, lowering]))
    assert order("t", "total", "earned") == (20, 20)
    assert rows(STATISTICS) == [(20, 1, 1)]
    refuse(event("ann", "refund_item", transaction_id="t", line_id="#2"), 112217, "no such item: #2")
    refund(product_id="new")
    assert order("t", "status", "refunded", "taken_back") == ("refunded", 20, 20)
    assert rows(STATISTICS) == [(0, 1, 0)]
    assert balance() == {}


@pytest.mark.usefixtures("by_item")
def test_by_item_a_line_below_nothing_earns_nothing_by_itself() -> None:
    items = [{"product_id": "new", "subtotal": 50}, {"product_id": "old", "price": 30, "quantity": -1}]
    accepted(checkout(total=None, items=items))
    assert lines("earned") == [[50], [None]]
    assert balance() == {"earned": 50, "spendable": 50}
    refund(product_id="new", subtotal=25)
    assert order("t", "refunded", "taken_back") == (10, 25)


def test_the_total_of_lines_is_never_below_nothing() -> None:
    accepted(checkout(total=None, items=[{"product_id": "new", "subtotal": 20}, {"subtotal": -50}]))
    assert order("t", "total", "earned") == (0, 0)
    refund(product_id="new")
    assert order("t", "status", "refunded") == ("refunded", 0)


def test_an_order_of_nothing_but_what_came_back_counts_no_items() -> None:
    accepted(checkout(total=None, items=[{"product_id": "old", "price": 20, "quantity": -3}]))
    assert rows(STATISTICS) == [(0, 1, 0)]
    accepted(event("ann", "refund", transaction_id="t"))
    assert rows(STATISTICS) == [(0, 1, 0)]


@pytest.mark.usefixtures("accepting")
def test_a_line_that_lowers_can_be_added_and_updated() -> None:
    accepted(checkout(total=None, items=[{"product_id": "new", "subtotal": 20}]))
    accepted(event("ann", "checkout_item", transaction_id="t", product_id="old", subtotal=-50))
    assert order("t", "total") == 0
    accepted(event("ann", "checkout_update_item", transaction_id="t", product_id="old", subtotal=-5))
    assert order("t", "total", "earned") == (15, 15)
    accepted(event("ann", "checkout_update_item", transaction_id="t", product_id="old", subtotal=5))
    accepted(event("ann", "checkout_accept", transaction_id="t"))
    assert rows(STATISTICS) == [(25, 1, 2)]


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ({"price": -5, "quantity": -1}, "'price' and 'quantity' must not both be negative"),
        ({"subtotal": 5, "quantity": -1}, "'subtotal' must not be above 0 where 'quantity' is below"),
        ({"price": 5, "quantity": -1, "discount": 1}, "'discount'"),
        ({"price": 5, "discount": -1}, "'discount'"),
        ({"price": 5, "discount": 6}, "'discount' is more than the line costs"),
        ({"subtotal": "-1000000000001"}, "'subtotal'"),
    ],
)
def test_a_line_whose_signs_contradict_each_other_is_refused(line: dict[str, Any], about: str) -> None:
    refuse(checkout(items=[line]), 0, f"items[0]: {about}")


def test_a_line_that_lowers_the_order_cannot_fix_points() -> None:
    assert read_line({"subtotal": -5, "points_rewarded": 0}).fixed_points == 0
    with pytest.raises(Refused, match="'points_rewarded' must be left out"):
        read_line({"subtotal": -5, "points_rewarded": 1})


def test_an_amount_of_the_order_itself_is_never_below_nothing() -> None:
    refuse(checkout(total=-1), 0, "'total'")
    accepted(checkout(items=TWINS, total=150))
    refuse(event("ann", "refund_item", transaction_id="t", product_id="tee", subtotal=-1), 0, "'subtotal'")
    refuse(event("ann", "refund_item", transaction_id="t", product_id="tee", quantity=-1), 0, "'quantity'")
