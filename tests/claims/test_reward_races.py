"""Many customers, many requests of one, at once. Each race has its control, the same race without what decides it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest

from loyalty.engine.storage import statements
from rewards.claims.bidding.rows import LOCK_BIDDING
from rewards.claims.models import Bid, HighestBid
from rewards.claims.rows import TO_CLAIM
from tests.claims.claiming import bid, buckets, claim, claimed, make_reward, members, revoke, standing, taken
from tests.coupons.test_coupon_races import at_once
from tests.engine.races.racing import CLIENTS
from tests.engine.world import check_books, rows, spendable

pytestmark = pytest.mark.usefixtures("committed_db")
# Who changes them waits for it, reads and locks do not.
CLAIMS = "LOCK TABLE claims_claim IN SHARE MODE"
BIDS = "LOCK TABLE claims_bid IN SHARE MODE"
# Who wants the row of the stock waits for it.
STOCK = "SELECT FROM claims_taken FOR UPDATE"
WITHOUT_LOCK = statements.LOCK.replace("FOR NO KEY UPDATE", "")
NAMES = [f"c{number}" for number in range(CLIENTS)]
Result = int | Exception | None


def racing(acts: Sequence[Callable[[], int | None]], blocker: str, until: int | None = None) -> list[Result]:
    return at_once(acts, blocker, until)


def stock_of_ten(blocker: str = STOCK) -> list[Result]:
    make_reward(stock=10)
    members(*NAMES, points=100)
    return racing([partial(claim, name) for name in NAMES], blocker)


def test_64_claimers_of_a_stock_of_10_get_exactly_10() -> None:
    found = stock_of_ten()

    assert (found.count(None), found.count(120212)) == (10, CLIENTS - 10)
    assert (taken(), standing()) == (10, 10)
    assert sum(spendable(name) or 0 for name in NAMES) == 100 * (CLIENTS - 10)
    check_books()


@pytest.mark.prove
@pytest.mark.parametrize("_number", range(20))
def test_20_rounds_of_64_claimers(_number: int) -> None:
    test_64_claimers_of_a_stock_of_10_get_exactly_10()


def test_control_without_the_lock_of_the_stock_more_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = (
        "SELECT t.reward_id, t.taken, t.locked_until, r.stock FROM claims_taken t JOIN rewards_reward r ON r.id = t.reward_id"
        " WHERE t.reward_id = ANY({rows})"
    )
    monkeypatch.setattr("rewards.claims.life.claiming.TO_CLAIM", replace(TO_CLAIM, sql=unlocked))

    assert stock_of_ten(CLAIMS).count(None) > 10


def limit_of_one() -> list[Result]:
    make_reward(max_claims=1)
    members("ann", points=100 * CLIENTS)
    return racing([lambda: claim("ann")] * CLIENTS, CLAIMS)


def test_64_claims_of_one_customer_with_a_limit_of_1_are_one() -> None:
    found = limit_of_one()

    assert (found.count(None), found.count(120211)) == (1, CLIENTS - 1)
    assert spendable("ann") == 100 * (CLIENTS - 1)
    check_books()


def test_control_without_the_lock_of_the_customer_more_are_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)

    assert limit_of_one().count(None) > 1


def revoking_twice() -> list[Result]:
    make_reward(stock=1)
    members("ann")
    id = claimed("ann")
    return racing([lambda: revoke("ann", id)] * 2, CLAIMS)


def test_of_two_revokes_of_one_claim_one_is_done() -> None:
    found = revoking_twice()

    assert sorted(found, key=str) == [160344, None]
    assert (spendable("ann"), taken()) == (1_000, 0)
    check_books()


def test_control_without_the_locks_both_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)

    # The second one finds more given back than was taken.
    assert 160344 not in revoking_twice()


def bidding_at_once() -> list[Result]:
    make_reward(type="bidding", prices={"EUR": 10}, price_step=1, ends_at="2027-01-01")
    members(*NAMES)
    return racing([partial(bid, name, 10 + n) for n, name in enumerate(NAMES)], BIDS, until=1)


def test_of_64_bids_at_once_the_highest_holds_and_all_others_are_released() -> None:
    found = bidding_at_once()

    assert set(found) <= {None, 0}
    [highest] = HighestBid.objects.select_related("customer")
    assert (highest.customer.public_id, highest.points) == (NAMES[-1], 10 + CLIENTS - 1)
    assert {name: buckets(name)["reserved"] for name in NAMES if buckets(name)["reserved"]} == {
        NAMES[-1]: highest.points
    }
    assert Bid.objects.filter(settled_by__isnull=True).count() == 1
    check_books()


def test_control_without_the_lock_of_the_bidding_others_stay_reserved(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = replace(LOCK_BIDDING, sql="SELECT unnest({rows})")
    monkeypatch.setattr("rewards.claims.bidding.mechanism.LOCK_BIDDING", unlocked)

    found = bidding_at_once()

    assert any(isinstance(one, Exception) for one in found) or rows(
        "SELECT count(*) FROM claims_bid WHERE settled_by IS NULL"
    ) != [(1,)]
