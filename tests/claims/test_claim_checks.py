"""What verification finds of claims, beyond what is planted for all rooms."""

import pytest

from loyalty.verify.comparison import compare
from loyalty.verify.health import all_checks
from tests.claims.claiming import claimed, make_reward, members, revoke
from tests.engine.world import check_books, rows

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    return [one.check for one in compare(all_checks(), limit=10).mismatches]


def test_a_revocation_that_gave_less_back_than_was_spent() -> None:
    make_reward()
    members("ann")
    id = claimed("ann")
    revoke("ann", id)
    check_books()

    rows("UPDATE claims_claim SET spent = 99 WHERE event_id = %s", [id])

    # The claim's event took 100, and its revocation gave 100 back.
    assert found() == ["claims_spent", "claims_spent"]


def test_stock_of_a_reward_that_many_have_claimed() -> None:
    make_reward(stock=5)
    members("ann", "ben")
    claimed("ann")
    claimed("ben")

    rows("UPDATE claims_taken SET taken = 1")

    assert found() == ["rewards_taken"]
