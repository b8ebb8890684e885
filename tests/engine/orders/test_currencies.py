"""Money in another currency than the order's is refused: it would be taken for the order's."""

from typing import Any

import pytest

from tests.engine.world import accepted, configure, event, rows, send, spendable

pytestmark = pytest.mark.django_db
LINES = [{"product_id": "A", "price": 60}, {"product_id": "B", "price": 40}]


def refusal(action: str, **data: Any) -> str:
    [outcome] = send(event("ann", action, transaction_id="T", **data))
    assert outcome.error
    assert outcome.error.code == 0
    return outcome.error.message


ACCEPTED = [
    ("partial_refund", {"amount": 5}),
    ("refund", {}),
    ("refund_item", {"product_id": "A"}),
    ("checkout_reject", {}),
]
PENDING = [
    ("checkout_update", {"total": 5}),
    ("checkout_update_item", {"product_id": "A", "price": 5}),
    ("checkout_item", {"product_id": "C", "price": 5}),
    ("checkout_accept", {}),
    ("checkout_accept_item", {"product_id": "A"}),
    ("checkout_reject", {}),
]


@pytest.mark.parametrize(("action", "data"), ACCEPTED)
def test_what_follows_an_accepted_order_is_in_its_currency(action: str, data: dict[str, Any]) -> None:
    accepted(event("ann", "checkout", transaction_id="T", items=LINES))

    assert refusal(action, currency="JPY", **data) == (
        "'currency' is JPY, but the order is in EUR: send the amount in EUR, or leave it out"
    )
    assert spendable("ann") == 100
    accepted(event("ann", action, transaction_id="T", currency="eur", **data))


@pytest.mark.parametrize(("action", "data"), PENDING)
def test_what_changes_a_pending_order_is_in_its_currency(action: str, data: dict[str, Any]) -> None:
    configure(checkout_accept=True)
    accepted(event("ann", "checkout", transaction_id="T", items=LINES, currency="EUR"))

    assert "'currency' is JPY, but the order is in EUR" in refusal(action, currency="JPY", **data)
    assert rows("SELECT pending FROM points_balance") == [(100,)]
    accepted(event("ann", action, transaction_id="T", currency="EUR", **data))


@pytest.mark.parametrize("action", ["checkout", "checkout_update"])
def test_lines_are_in_the_currency_of_their_order(action: str) -> None:
    configure(checkout_accept=True)
    if action == "checkout_update":
        accepted(event("ann", "checkout", transaction_id="T", total=1))

    found = refusal(action, items=[LINES[0], {**LINES[1], "currency": "USD"}])

    assert "'items[1].currency' is USD, but the order is in EUR" in found


# In capitals, the last one has four letters.
@pytest.mark.parametrize("named", ["12", "€", "E", "E1R", "ßß"])
def test_what_is_no_currency_is_refused_and_spoils_nothing_beside_it(named: str) -> None:
    order: dict[str, Any] = {"transaction_id": "T", "total": 5}
    wrong, right = send(
        event("ann", "checkout", **order, currency=named), event("ann", "checkout", **order, currency="usd")
    )

    assert wrong.error
    assert (wrong.error.field, wrong.error.message) == (
        "currency",
        "'currency' must be three letters of ISO 4217, such as EUR",
    )
    assert right.error is None
    assert rows("SELECT currency FROM events_transaction") == [("USD",)]


def test_a_line_in_what_is_no_currency_is_refused() -> None:
    assert refusal("checkout", items=[{"product_id": "A", "price": 60, "currency": "1"}]).startswith(
        "'currency' must be"
    )
