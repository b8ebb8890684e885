"""Many refer the same ones at once, crosswise too: each is brought once. The control is the same race without the lock and the claim."""

import pytest

from loyalty.engine.storage import statements
from tests.engine.races.racing import BALANCES, CLIENTS, race
from tests.engine.races.test_races import CHECKED_NOT_CLAIMED, WITHOUT_LOCK
from tests.engine.world import accepted, check_books, event, rows, spendable

pytestmark = pytest.mark.usefixtures("committed_db")


def rewarded() -> None:
    rows("UPDATE events_eventtype SET default_points = 100 WHERE action = 'referral'")
    rows("UPDATE events_eventtype SET default_points = 40 WHERE action = 'referral_points'")
    accepted(event("ann", "opt_in"), event("bob", "opt_in"))


def test_one_referral_sent_sixty_four_times_pays_both_sides_once() -> None:
    rewarded()
    found = race([[event("ann", "referral", referred="bob")]] * CLIENTS, BALANCES)
    assert sorted(found, key=str) == [10001] * (CLIENTS - 1) + [None]
    assert (spendable("ann"), spendable("bob")) == (100, 40)
    check_books()


def test_control_without_lock_and_claim_it_pays_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rewarded()
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    monkeypatch.setattr(statements, "CLAIM_KEYS", CHECKED_NOT_CLAIMED)
    found = race([[event("ann", "referral", referred="bob")]] * CLIENTS, BALANCES)
    assert found.count(None) > 1


def test_two_who_refer_each_other_are_paid_once_on_each_side() -> None:
    rewarded()
    batches = [
        [event("ann", "referral", referred="bob")] if index % 2 else [event("bob", "referral", referred="ann")]
        for index in range(CLIENTS)
    ]
    found = race(batches, BALANCES)
    assert sorted(found, key=str) == [10001] * (CLIENTS - 2) + [None, None]
    assert (spendable("ann"), spendable("bob")) == (140, 140)
    check_books()


def test_referrals_from_sixty_four_members_pay_one_of_them() -> None:
    rewarded()
    accepted(*(event(f"member{index}", "opt_in") for index in range(CLIENTS)))
    found = race([[event(f"member{index}", "referral", referred="bob")] for index in range(CLIENTS)], BALANCES)
    assert sorted(found, key=str) == [10001] * (CLIENTS - 1) + [None]
    assert rows("SELECT sum(earned) FROM points_balance") == [(140,)]
    check_books()


def test_a_referral_and_the_opt_in_that_names_another_pay_one_of_the_two() -> None:
    rewarded()
    accepted(event("cid", "subscribe"))
    referrals = [[event("ann", "referral", referred="cid")] for _ in range(CLIENTS // 2)]
    opt_ins = [[event("cid", "opt_in", referrer="bob")] for _ in range(CLIENTS // 2)]
    race([*referrals, *opt_ins], BALANCES)
    assert spendable("cid") == 40
    assert sorted([spendable("ann") or 0, spendable("bob") or 0]) == [0, 100]
    check_books()
