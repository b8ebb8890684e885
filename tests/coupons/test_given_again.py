"""A code that its customer gets again, when the events come in late or the code is over: whatever is sent is done or refused."""

import datetime as dt

import pytest

from coupons.expiry.operations import expire_coupons
from coupons.models import Coupon
from tests.coupons.pooling import TILL, assign, do, make_pool, members, status, the, uses
from tests.engine.world import NOW, check_books

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def code() -> None:
    """A is always given again to whoever has it, for five days."""
    make_pool("spring", "A", aggregated=True, expires={"after": 5, "unit": "days"})
    members("ann")


def given(before: int, at: dt.datetime = NOW) -> int | None:
    """Assigned so many days ago, as an event that comes in at the instant tells."""
    return assign("ann", at=at, effective_timestamp=(at - before * DAY).isoformat())


def expires_at() -> dt.datetime:
    found = the("A").expires_at
    assert found is not None
    return found


def test_an_assignment_that_comes_in_late_shortens_nothing() -> None:
    given(0)
    end = expires_at()

    assert given(3) is None
    assert given(30) is None

    assert (status("A"), expires_at(), the("A").issued) == ("claimed", end, 3)
    check_books()


def test_a_code_that_is_valid_for_good_stays_so() -> None:
    given(0)
    assert do("ann", "change", code="A", after={"expires_on": None}) is None

    assert given(0) is None

    assert the("A").expires_at is None


def test_given_again_after_all_its_days_are_over_it_is_expired() -> None:
    given(30)
    expire_coupons(now=lambda: NOW)

    assert given(20) is None

    assert (status("A"), the("A").issued) == ("expired", 2)
    assert NOW - 15 * DAY < expires_at() < NOW - 14 * DAY
    assert given(0) is None
    assert status("A") == "claimed"
    check_books()


def test_a_redeemed_code_whose_days_are_all_over_is_expired_with_its_new_use() -> None:
    given(0)
    do("ann", "redeem", TILL, code="A")

    assert given(10, at=NOW + 20 * DAY) is None

    assert (status("A"), uses("A"), the("A").issued) == ("expired", 1, 2)
    assert do("ann", "change", at=NOW + 20 * DAY, code="A", after={"expires_on": None}) is None
    assert status("A") == "partially_redeemed"
    check_books()


def test_an_expired_code_of_which_nothing_is_left_is_redeemed_with_another_last_day() -> None:
    """As a claim that is revoked leaves it."""
    given(0)
    assert do("ann", "redeem", TILL, code="A") is None
    Coupon.objects.filter(code="A").update(status="expired", expires_at=NOW - DAY)

    assert do("ann", "change", code="A", after={"expires_on": "2026-04-01"}) is None

    assert status("A") == "redeemed"
    check_books()
