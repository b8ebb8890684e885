"""Giving back, correcting and owing points."""

import pytest

from .world import accepted, codes, event, rows, send, spendable

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> None:
    """An active member with 100 points."""
    accepted(event("ann", "opt_in"), event("ann", "point_add", points=100))


def may_go_negative() -> None:
    rows("UPDATE points_account SET negative_points = true")


def figures(customer: str = "ann") -> tuple[int, ...]:
    """Earned, spent, spendable, debt."""
    [found] = rows(
        "SELECT earned, spent, spendable, debt FROM points_balance b JOIN customers_customer c ON c.id = b.customer_id"
        " WHERE public_id = %s",
        [customer],
    )
    return found


def lots(customer: str = "ann") -> list[int]:
    """What remains in each lot, oldest first."""
    found = rows(
        "SELECT remaining FROM points_lot l JOIN customers_customer c ON c.id = l.customer_id"
        " WHERE public_id = %s ORDER BY l.id",
        [customer],
    )
    return [remaining for (remaining,) in found]


def test_each_action_moves_its_own_figures() -> None:
    accepted(
        event("ann", "opt_in"),
        event("ann", "point_add", points=1000),
        event("ann", "point_spend", points=300),
        event("ann", "point_unspend", points=100),
        event("ann", "point_fix", points=200),
        event("ann", "point_fix", points=-100),
        event("ann", "point_sub", points=200),
    )

    assert figures() == (900, 200, 700, 0)


def test_112900_giving_back_more_than_was_spent(ann: None) -> None:
    accepted(event("ann", "point_spend", points=30))

    assert codes(send(event("ann", "point_unspend", points=31), event("ann", "point_unspend", points=30))) == [
        112900,
        None,
    ]
    assert figures() == (100, 0, 100, 0)


def test_0_a_correction_by_nothing(ann: None) -> None:
    outcomes = send(event("ann", "point_fix", points=0), event("ann", "point_fix"))

    assert [outcome.error.message for outcome in outcomes if outcome.error] == [
        "'points' must not be 0",
        "'points' property is required",
    ]


def test_points_come_back_to_the_lots_that_paid_the_last_one_first() -> None:
    accepted(
        event("ann", "opt_in"),
        event("ann", "point_add", points=50, expdate="2027-01-31"),
        event("ann", "point_add", points=50, expdate="2027-12-31"),
        event("ann", "point_spend", points=70),
    )
    assert lots() == [0, 30]

    accepted(event("ann", "point_unspend", points=40))

    assert lots() == [20, 50]


def test_points_that_were_spent_in_the_same_batch_come_back_the_same_way(ann: None) -> None:
    accepted(event("ann", "point_spend", points=70), event("ann", "point_unspend", points=70))

    assert (figures(), lots()) == ((100, 0, 100, 0), [100])


@pytest.mark.parametrize("action", ["point_spend", "point_sub"])
def test_an_account_that_may_go_negative_owes_what_lacks(ann: None, action: str) -> None:
    may_go_negative()

    accepted(event("ann", action, points=130))

    assert figures()[2:] == (0, 30)
    assert lots() == [0]


def test_a_debt_is_repaid_first_by_the_next_earning(ann: None) -> None:
    may_go_negative()
    accepted(event("ann", "point_sub", points=130))

    accepted(event("ann", "point_add", points=20), event("ann", "point_add", points=50))

    assert figures() == (40, 0, 40, 0)
    assert lots() == [0, 0, 40]


def test_while_points_are_owed_an_account_that_may_not_go_negative_spends_nothing(ann: None) -> None:
    may_go_negative()
    accepted(event("ann", "point_sub", points=130))
    rows("UPDATE points_account SET negative_points = false")

    assert codes(send(event("ann", "point_spend", points=1))) == [120241]


def test_points_given_back_reduce_a_debt_first(ann: None) -> None:
    may_go_negative()
    accepted(event("ann", "point_spend", points=130))

    accepted(event("ann", "point_unspend", points=40))

    assert (figures(), lots()) == ((100, 90, 10, 0), [10])


def test_points_that_repaid_a_spending_come_back_to_the_lot_that_repaid_it(ann: None) -> None:
    may_go_negative()
    accepted(event("ann", "point_spend", points=130), event("ann", "point_add", points=50))
    assert lots() == [0, 20]

    accepted(event("ann", "point_unspend", points=130))

    assert (figures(), lots()) == ((150, 0, 150, 0), [100, 50])


def test_a_suspended_customer_may_be_given_back(ann: None) -> None:
    accepted(event("ann", "point_spend", points=30))
    rows("UPDATE customers_customer SET status = 'suspended'")

    accepted(event("ann", "point_unspend", points=30))

    assert spendable("ann") == 100
