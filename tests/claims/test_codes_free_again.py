"""Codes that come back from whoever has claimed them are what they were before."""

from decimal import Decimal

import pytest

from coupons.enums import UpdateMethod
from coupons.models import Coupon
from coupons.stock.adding import add_codes
from coupons.stock.operations import change_pool
from coupons.stock.updating import change_coupons
from tests.claims.claiming import BY, claim, make_reward, members
from tests.coupons.pooling import assign, balance, do, make_cards, make_pool, the
from tests.engine.world import NOW, check_books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people() -> None:
    members("ann", "ben", points=2_000)


def make_dynamic(pool: str) -> None:
    make_reward(type="dynamic_coupon", pools=[pool], max_price=1_000, price_step=50, transferable=True)


def value(code: str) -> Decimal | None:
    return Coupon.objects.get(code=code).value


def test_a_code_that_is_unassigned_has_the_value_of_its_pool_again() -> None:
    make_pool("spring", "A")
    make_dynamic("spring")
    assert claim("ann", points=500) is None
    assert value("A") == 50

    do("ann", "unassign", code="A")
    assert value("A") == 10

    assert assign("ben") is None
    assert (value("A"), the("A").value_before) == (Decimal(10), None)
    check_books()


def test_a_code_with_a_value_of_its_own_keeps_it() -> None:
    pool = make_pool("spring")
    assert add_codes(pool, ["A"], at=NOW, values={"A": Decimal(8)}) == {}
    make_dynamic("spring")
    claim("ann", points=500)

    do("ann", "unassign", code="A")
    assert value("A") == 8
    assign("ann")
    do("ann", "unassign", code="A")
    assert value("A") == 8


def test_a_card_that_is_unassigned_is_issued_with_its_own_value_again() -> None:
    make_cards("CARD")
    make_dynamic("cards")
    claim("ann", points=500)
    assert balance("CARD") == 250

    do("ann", "unassign", code="CARD")
    assign("ben", "cards")

    assert balance("CARD") == 50
    check_books()


def test_given_away_and_unassigned_it_has_its_own_value() -> None:
    make_pool("spring", "A")
    make_dynamic("spring")
    claim("ann", points=500)
    assert do("ann", "transfer", to="ben", code="A") is None

    assert do("ben", "unassign", code="A") is None

    assert the("A").value == 10


def test_a_value_that_the_pool_has_given_to_all_stays() -> None:
    make_pool("spring", "A")
    make_dynamic("spring")
    claim("ann", points=500)
    change_pool(slug="spring", values={"value": "20"}, method=UpdateMethod.ALL, by=BY)
    change_coupons(now=lambda: NOW)
    assert value("A") == 20

    do("ann", "unassign", code="A")

    assert value("A") == 20
