"""Lines and reservations before the checkout: whose order they may go to, and what becomes of what they promised."""

import pytest

from loyalty.engine.events import Incoming
from tests.engine.world import NOW, accepted, codes, configure, event, rows, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_accounts() -> None:
    """The default account earns by item, and so does another one, ten times as much."""
    configure(multi_accounts=True)
    rows("UPDATE points_earningrule SET basis = 'item'")
    rows("INSERT INTO points_account (slug, name, currency_label, is_default) VALUES ('gold', 'Gold', 'points', false)")
    rows(
        "INSERT INTO points_earningrule (account_id, basis, rounding, percentage)"
        " SELECT id, 'item', 'nearest', 1000 FROM points_account WHERE slug = 'gold'"
    )
    accepted(event("ann", "opt_in"), event("bob", "opt_in"), event("ann", "point_add", points=100))


def line(customer: str, account: str | None = None) -> Incoming:
    return event(customer, "checkout_item", account, transaction_id="t", product_id="hat", price=10)


def figures() -> dict[str, tuple[int, int]]:
    """Account → earned and pending."""
    found = rows(
        "SELECT slug, earned, pending FROM points_balance b JOIN points_account a ON a.id = account_id"
        " JOIN customers_customer c ON c.id = customer_id WHERE public_id = 'ann'"
    )
    return {slug: (earned, pending) for slug, earned, pending in found}


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_103902_nothing_is_added_to_the_order_of_another_customer(in_one_batch: bool) -> None:
    order = event("ann", "checkout", transaction_id="t", total=5, items=[{"price": 5}])
    adding = [line("bob"), event("bob", "reserve_points", transaction_id="t", points=1)]
    if not in_one_batch:
        accepted(order)
    found = codes(send(*([order] if in_one_batch else []), *adding, at=NOW))
    assert found[-2:] == [103902, 103902]
    assert rows("SELECT count(*) FROM events_transaction") == [(1,)]


def test_what_a_draft_promised_in_another_account_is_promised_anew_by_the_checkout() -> None:
    accepted(line("ann", "gold"))
    assert figures()["gold"] == (0, 100)

    accepted(event("ann", "checkout", transaction_id="t", total=10))

    assert figures() == {"main": (110, 0), "gold": (0, 0)}


def test_an_order_whose_draft_was_of_another_account_can_be_returned() -> None:
    accepted(line("ann", "gold"), event("ann", "checkout", transaction_id="t", total=10))

    accepted(event("ann", "checkout_reject", transaction_id="t"))

    assert figures() == {"main": (100, 0), "gold": (0, 0)}


def test_a_draft_earns_by_the_currency_of_its_checkout() -> None:
    rows(
        "INSERT INTO points_earningrate (rule_id, currency, percentage) SELECT r.id, 'HUF', 50 FROM points_earningrule r"
        " JOIN points_account a ON a.id = account_id WHERE is_default"
    )

    accepted(line("ann"), event("ann", "checkout", transaction_id="t", total=10, currency="HUF"))

    assert [earned for earned, _ in figures().values()] == [105]
