"""Many tills, staff and timers at once. Each race has its control, the same race without what decides it."""

import threading
from collections.abc import Callable, Sequence
from random import Random

import pytest
from django.db import connection

from coupons import rows as coupon_rows
from coupons.models import Coupon, Use
from loyalty.engine.storage import statements
from tests.coupons.pooling import STAFF, TILL, assign, balance, do, make_cards, make_pool, members, movements, the
from tests.engine.races.racing import CLIENTS, blocked
from tests.engine.world import check_books, rows

pytestmark = pytest.mark.usefixtures("committed_db")
# Changes of coupons wait for it, reads and locks do not.
COUPONS = "LOCK TABLE coupons_coupon IN SHARE MODE"
WITHOUT_LOCK = statements.LOCK.replace("FOR NO KEY UPDATE", "")
Result = int | Exception | None


def at_once(acts: Sequence[Callable[[], int | None]], blocker: str = COUPONS, until: int | None = None) -> list[Result]:
    """What each says, or raises; none begins to write before all have read, or wait for each other."""
    results: list[Result] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(acts))]
    with blocked(blocker, until=until or len(acts)):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of customers nor of the coupons that they name."""
    monkeypatch.setattr(statements, "LOCK", WITHOUT_LOCK)
    unlocked = coupon_rows._BY_CODE.sql.replace(coupon_rows._LOCK, " ORDER BY c.id")
    monkeypatch.setattr(
        coupon_rows, "_BY_CODE", type(coupon_rows._BY_CODE)("coupons", unlocked, coupon_rows._put_coupon)
    )


def spending() -> list[Result]:
    """Of a card of 100, 64 times 10."""
    make_cards("CARD", value="100")
    members("ann")
    assign("ann", "cards")
    return at_once([lambda: do("ann", "redeem", TILL, code="CARD", amount=10)] * CLIENTS)


def test_of_a_gift_card_of_100_exactly_10_times_10_are_spent() -> None:
    found = spending()

    assert (found.count(None), found.count(1602)) == (10, CLIENTS - 10)
    assert (balance("CARD"), movements("CARD")) == (0, [-10] * 10)
    check_books()


def test_control_without_the_locks_more_is_spent_or_movements_and_balance_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_locks(monkeypatch)

    found = spending()

    assert found.count(None) > 10 or sum(movements("CARD")) != -100 + balance("CARD")


def attack() -> list[Result]:
    """One coupon: redeemed by two tills and by staff, given away, invalidated."""
    make_pool("spring", "A")
    members("ann", "ben")
    assign("ann")
    acts: list[Callable[[], int | None]] = [
        lambda: do("ann", "redeem", TILL, code="A", transaction_id="t1"),
        lambda: do("ann", "redeem", TILL, code="A", transaction_id="t2"),
        lambda: do("ann", "redeem", STAFF, code="A"),
        lambda: do("ann", "transfer", STAFF, to="ben", code="A"),
        lambda: do("ann", "invalidate", STAFF, code="A"),
    ]
    return at_once(acts * 3)


def test_one_coupon_attacked_from_all_sides_ends_in_one_state_with_at_most_one_use() -> None:
    found = attack()

    assert found.count(None) == 1, found
    assert the("A").status in {"redeemed", "invalid", "claimed"}
    assert Use.objects.count() == (the("A").status == "redeemed")
    check_books()


def test_control_without_the_locks_the_coupon_is_had_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)

    assert attack().count(None) > 1


def assigning(monkeypatch: pytest.MonkeyPatch | None = None) -> list[Result]:
    make_pool("spring", *(f"C{number}" for number in range(10)))
    names = [f"m{number}" for number in range(CLIENTS)]
    members(*names)
    return at_once([lambda name=name: assign(name) for name in names], until=10)  # type: ignore[misc]


def test_64_assignments_of_a_pool_with_10_codes_give_10() -> None:
    found = assigning()

    assert (found.count(None), found.count(123771)) == (10, CLIENTS - 10)
    held = Coupon.objects.filter(status="claimed").values_list("customer", flat=True)
    assert len(set(held)) == 10
    check_books()


def test_control_without_locks_one_code_is_given_to_several(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = coupon_rows._FREE_ONES.sql.replace(
        "take_coupons({names}) c",
        "coupons_coupon c WHERE {names}::text[] IS NOT NULL AND c.id = (SELECT min(id) FROM coupons_coupon WHERE status = 'unassigned')",
    )
    plain = type(coupon_rows._FREE_ONES)("coupons_free", unlocked, coupon_rows._put_free, shared=True)
    monkeypatch.setattr(coupon_rows, "_FREE_ONES", plain)

    assert assigning().count(None) > 10


OWNERS = dict(zip("ABCD", ["ann", "ben", "cem", "dee"], strict=True))


def transferring() -> list[Result]:
    """Four cards among four people, 64 times."""
    make_cards(*OWNERS)
    names = [*OWNERS.values()]
    members(*names)
    for code, name in OWNERS.items():
        assign(name, "cards", code=code)
        do(name, "redeem", TILL, code=code, amount=10)
        do(name, "unredeem", TILL, code=code)
    random = Random(7)
    moves = [(*random.sample(names, 2), random.choice("ABCD")) for _ in range(CLIENTS)]

    acts = [lambda one=one: do(one[0], "transfer", STAFF, to=one[1], code=one[2]) for one in moves]
    return at_once(acts, until=4)


def goes_from_hand_to_hand(code: str) -> bool:
    """Whether each giver is who had it then, by the events in their order, and the last receiver is who has it now."""
    told = rows(
        "SELECT c.public_id FROM events_event e JOIN customers_customer c ON c.id = e.customer_id"
        " WHERE e.action IN ('coupon_transfer', 'coupon_receive') AND e.data ->> 'code' = %s ORDER BY e.id",
        [code],
    )
    hands = [OWNERS[code], *(name for (name,) in told)]
    holder = the(code).customer
    assert holder
    return hands[::2] == [*hands[1::2], holder.public_id]


def test_64_random_transfers_of_4_cards_keep_the_sum() -> None:
    found = transferring()

    assert set(found) <= {None, 1601, 1602}
    assert found.count(None) > 0
    assert Coupon.objects.filter(status="transferred").count() == found.count(None)
    assert all(goes_from_hand_to_hand(code) for code in OWNERS)
    assert rows("SELECT sum(balance) FROM coupons_coupon WHERE status = 'claimed'")[0][0] == 200
    assert rows("SELECT sum(amount) FROM coupons_movement")[0][0] == 200
    check_books()


def test_control_without_the_locks_a_card_is_given_away_by_who_has_it_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)

    transferring()

    assert not all(goes_from_hand_to_hand(code) for code in OWNERS)
