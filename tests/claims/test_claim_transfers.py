"""Coupons of claims that their owners give away: as the reward lets them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from rewards.claims.models import Claim
from rewards.claims.queries import kept_coupons
from tests.claims.claiming import buckets, claimed, make_reward, members, revoke
from tests.coupons.pooling import assign, do, make_pool, status, the
from tests.engine.world import NOW, check_books, spendable

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def given_by_reward(*codes: str, pool: dict[str, Any] | None = None, **values: Any) -> None:
    """Ann has claimed it, for 100 of her 1,000 points."""
    make_pool("spring", *codes, **(pool or {}))
    make_reward(type="coupon", pools=["spring"], **values)
    members("ann", "ben", "cem")
    claimed("ann")


def transfer(giver: str, to: str, code: str = "A") -> int | None:
    return do(giver, "transfer", to=to, code=code)


def test_without_the_reward_s_leave_nothing_goes_over() -> None:
    given_by_reward("A")
    before = Event.objects.count()

    assert transfer("ann", "ben") == 1602
    assert (status("A", "ann"), Event.objects.count()) == ("claimed", before)
    check_books()


def test_with_it_the_giver_pays_what_it_costs() -> None:
    given_by_reward("A", transferable=True, transfer_points=30)

    assert transfer("ann", "ben") is None
    assert (spendable("ann"), spendable("ben"), buckets("ann")["spent"]) == (870, 1_000, 130)
    assert status("A", "ben") == "claimed"
    told = Event.objects.get(action="coupon_transfer")
    assert told.points == -30
    check_books()


def test_who_has_too_few_points_keeps_the_coupon() -> None:
    given_by_reward("A", transferable=True, transfer_points=901)

    assert transfer("ann", "ben") == 120241
    assert (status("A", "ann"), spendable("ann")) == ("claimed", 900)
    check_books()


def test_a_code_goes_on_as_often_as_the_reward_says() -> None:
    given_by_reward("A", transferable=True, transfer_limit=2)

    assert transfer("ann", "ben") is None
    assert transfer("ben", "cem") is None
    assert transfer("cem", "ann") == 1602
    assert status("A", "cem") == "claimed"
    check_books()


def test_whoever_received_it_is_bound_by_the_same_reward() -> None:
    given_by_reward("A", transferable=True, transfer_points=30)

    assert transfer("ann", "ben") is None
    make_reward(type="coupon", pools=["spring"], transferable=False)
    assert transfer("ben", "cem") == 1602
    check_books()


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"transfer_date": "remain"}, 10),
        ({"transfer_date": "modify", "transfer_expires": {"after": 3, "unit": "days"}}, 3),
        ({"transfer_date": "extend", "transfer_expires": {"after": 2, "unit": "weeks"}}, 10 + 14),
    ],
)
def test_its_last_day_stays_or_counts_anew_or_moves(rule: dict[str, Any], days: int) -> None:
    given_by_reward("A", transferable=True, pool={"expires": {"after": 10, "unit": "days"}}, **rule)
    last = the("A").expires_at
    assert last

    assert transfer("ann", "ben") is None
    assert the("A", "ben").expires_at == last + (days - 10) * DAY
    assert the("A", "ann").expires_at == last
    check_books()


@pytest.mark.parametrize("unit", ["hours", "minutes"])
def test_hours_and_minutes_go_by_the_clock(unit: str) -> None:
    rule: dict[str, Any] = {"transfer_date": "modify", "transfer_expires": {"after": 48, "unit": unit}}
    given_by_reward("A", transferable=True, pool={"expires": {"after": 10, "unit": "days"}}, **rule)
    more = timedelta(**{unit: 48})

    assert transfer("ann", "ben") is None
    assert the("A", "ben").expires_at == NOW + more
    make_reward(type="coupon", pools=["spring"], transferable=True, **{**rule, "transfer_date": "extend"})
    assert transfer("ben", "cem") is None
    assert the("A", "cem").expires_at == NOW + 2 * more
    check_books()


def test_what_has_no_last_day_is_not_extended() -> None:
    rule: dict[str, Any] = {"transfer_date": "extend", "transfer_expires": {"after": 48, "unit": "hours"}}
    given_by_reward("A", transferable=True, **rule)

    assert transfer("ann", "ben") is None
    assert the("A", "ben").expires_at is None


def test_of_a_code_that_everybody_shares_the_rule_holds_as_well() -> None:
    make_pool("spring", source="generated", pattern="ALL")
    make_reward(type="coupon", pools=["spring"], transferable=True, transfer_points=30, transfer_limit=1)
    members("ann", "ben", "cem")
    claimed("ann")

    assert transfer("ann", "ben", "ALL") is None
    assert (spendable("ann"), the("ALL", "ben").status) == (870, "claimed")
    assert transfer("ben", "cem", "ALL") == 1602
    check_books()


def test_a_coupon_that_no_claim_has_given_goes_as_before() -> None:
    given_by_reward("A", "B", transferable=False, transfer_points=30)
    assert assign("ann", code="B") is None

    assert transfer("ann", "ben", "B") is None
    assert spendable("ann") == 900
    check_books()


def test_the_same_code_of_another_pool_is_not_taken_for_it() -> None:
    given_by_reward("A", transferable=True, transfer_limit=1)
    assert transfer("ann", "ben") is None
    make_pool("autumn", "A")
    assert assign("ann", "autumn", code="A") is None

    assert do("ann", "transfer", to="cem", code="A", coupon="autumn") is None
    assert do("ben", "transfer", to="cem", code="A", coupon="spring") == 1602
    check_books()


def test_a_claim_that_was_revoked_binds_nobody() -> None:
    given_by_reward("A", transferable=False)
    claim = Event.objects.get(action="reward").id
    assert revoke("ann", claim, at=NOW + DAY) is None

    assert transfer("ann", "ben") == 1602
    assert status("A", "ann") == "invalid"
    check_books()


@pytest.mark.parametrize(
    ("rule", "is_offered"),
    [({}, False), ({"transferable": True}, True), ({"transferable": True, "transfer_limit": 1}, True)],
)
def test_the_menu_offers_what_the_reward_allows(client: Client, rule: dict[str, Any], is_offered: bool) -> None:
    given_by_reward("A", **rule)
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))

    assert offers_transfer(client, "ann", "A") is is_offered
    # A coupon that no reward gave, of the same customer.
    make_pool("summer", "S")
    assert assign("ann", "summer") is None
    assert offers_transfer(client, "ann", "S")


def test_the_menu_offers_no_transfer_beyond_the_limit(client: Client) -> None:
    given_by_reward("A", transferable=True, transfer_limit=1)
    assert transfer("ann", "ben") is None
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))

    assert not offers_transfer(client, "ben", "A")


def test_whoever_has_revoked_rewards_has_free_coupons(client: Client) -> None:
    given_by_reward("A")
    assert kept_coupons([the("A").pk]) == {the("A").pk}
    claim = Claim.objects.get()
    assert revoke("ann", claim.event_id) is None

    assert kept_coupons([the("A").pk]) == set()


def offers_transfer(client: Client, name: str, code: str) -> bool:
    coupon = the(code, name)
    page = client.get(reverse("coupons:of-customer", args=[coupon.customer_id])).content.decode()
    return reverse("coupons:transfer", args=[coupon.customer_id, coupon.pk]) in page
