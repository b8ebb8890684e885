"""Codes that are made at each claim, for many customers in one batch."""

import pytest

from coupons.models import Coupon
from loyalty.engine.events import Incoming
from loyalty.engine.record import record
from tests.coupons.pooling import STAFF, STRONG, make_pool, members
from tests.engine.world import NOW, codes

pytestmark = pytest.mark.django_db


def test_a_pool_without_end_gives_a_code_to_each_of_250_in_one_batch() -> None:
    make_pool("spring", source="generated", pattern=STRONG)
    names = [f"m{number}" for number in range(250)]
    members(*names)

    found = record([Incoming(name, "coupon_assign", {"coupon": "spring"}) for name in names], by=STAFF, at=NOW)

    assert codes(found) == [None] * 250
    assert Coupon.objects.filter(status="claimed").values("customer", "code").distinct().count() == 250


def test_a_pool_with_few_codes_left_gives_what_it_has_and_refuses_the_others() -> None:
    make_pool("spring", source="generated", pattern="S-#")
    names = [f"m{number}" for number in range(30)]
    members(*names)

    found = record([Incoming(name, "coupon_assign", {"coupon": "spring"}) for name in names], by=STAFF, at=NOW)

    given = Coupon.objects.filter(status="claimed").count()
    assert 8 <= given <= 10
    assert codes(found) == [None] * given + [123771] * (30 - given)
