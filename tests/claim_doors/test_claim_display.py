"""The Display API's rewards: what a customer sees, and why they cannot claim what they cannot."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyalty.engine.events import Actor, Incoming
from tests.claim_doors.offering import ann, get, ids, offer, pool, post, reward
from tests.factories import NOON, make_customer, tell

pytestmark = pytest.mark.django_db
LIST = "/customers/ann/activities/rewards"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def claim_at(id: str) -> dict[str, Any]:
    return {"complete": {"method": "POST", "url": f"{LIST}/{id}/claim"}}


def test_an_available_reward_is_told_whole(client: Client) -> None:
    ann()
    spring = pool("spring", "CODE-1")
    more: dict[str, Any] = {
        "description": {"en": "Ten off", "de": "Zehn weniger"},
        "image_url": "https://example.com/mug.jpg",
        "starts_at": "2026-11-01",
        "ends_at": "2026-12-24",
        "stock": 5,
        "transferable": True,
        "transfer_points": 10,
        "transfer_limit": 2,
        "transfer_date": "extend",
        "transfer_expires": {"after": 2, "unit": "weeks"},
    }
    offer(reward("mug", type="coupon", pools=["spring"], **more), coupon_pools=[spring])
    url = "https://example.com/mug.jpg"
    assert get(client, LIST) == {
        "data": [
            {
                "id": "mug",
                "title": "Mug",
                "description": "Ten off",
                "status": "active",
                "type": "coupon",
                "image": {"small": url, "medium": url, "large": url},
                "points": 60,
                "starts_at": "2026-11-01T00:00:00.000Z",
                "ends_at": "2026-12-25T00:00:00.000Z",
                "stock": 5,
                "coupon_pool": "spring",
                "transferable": True,
                "transfer_points": 10,
                "transfer_limit": 2,
                "transfer_coupon_expiration": "extend",
                "transfer_coupon_expires_in": "2 weeks",
                "_actions": claim_at("mug"),
            }
        ]
    }


def test_what_cannot_be_claimed_says_why_with_numbers(client: Client) -> None:
    ann(points=60)
    offer(reward("car", prices={"": 100}))
    points = {"code": 120241, "reason": "points", "required": 100, "available": 60, "missing": 40}
    [found] = get(client, LIST)["data"]
    assert ("_actions" in found, found["reasons"]) == (False, [{**points, "message": "You need 40 more points."}])

    refused = post(client, f"{LIST}/car/claim", status=400)["error"]
    assert refused == {
        "type": "BadRequestException",
        "code": 120241,
        "message": "Customer does not have enough points",
        "reasons": [points],
    }
    assert get(client, "/customers/ann/rewards") == {"data": [], "total": 0}


def test_hidden_ended_inactive_and_coming_ones_are_not_listed_unless_they_are_shown_before(client: Client) -> None:
    ann()
    offer(
        reward("now"),
        reward("hidden", hidden=True),
        reward("over", ends_at=(NOON - DAY).isoformat()),
        reward("later", starts_at=(NOON + DAY).isoformat()),
        reward("soon", starts_at=(NOON + DAY).isoformat(), display_coming_soon=True),
        reward("draft", status="inactive"),
        reward("secret", category="hidden"),
        reward_categories=[{"id": "hidden", "name": {"en": "Hidden"}, "status": "hidden"}],
    )
    assert ids(client) == ["now", "soon"]
    soon = get(client, LIST)["data"][1]
    assert (soon["status"], "_actions" in soon) == ("scheduled", False)
    assert soon["reasons"][0]["reason"] == "not_started"
    for id, status, code in (("draft", 400, 160321), ("over", 400, 160321), ("hidden", 404, 0), ("nothing", 404, 0)):
        assert get(client, f"{LIST}/{id}", status=status)["error"]["code"] == code, id


def test_one_for_others_is_shown_with_its_message_or_not_at_all(client: Client) -> None:
    ann()
    apart = {"audience": {"any": [{"list": "vip"}]}, "restricted_message": {"en": "For VIPs"}}
    offer(
        reward("gone", hide_restricted=True, **apart),
        reward("shown", **apart),
        lists=[{"id": "vip", "name": "VIP", "status": "active"}],
    )
    [found] = get(client, LIST)["data"]
    assert (found["id"], found["restricted_message"]) == ("shown", "For VIPs")
    assert found["reasons"] == [{"code": 120213, "reason": "audience", "not_in": ["list:vip"], "message": "For VIPs"}]
    assert get(client, f"{LIST}/gone", status=400)["error"]["code"] == 160321


def test_the_price_is_the_one_in_the_customers_currency(client: Client) -> None:
    ann(currency="USD")
    offer(reward("both", prices={"EUR": 100, "USD": 50}), reward("euros", prices={"EUR": 10}))
    both, euros = get(client, LIST)["data"]
    assert (both["points"], "points" in euros) == (50, False)
    message = "This reward cannot be paid in your currency."
    assert euros["reasons"] == [{"code": 120242, "reason": "price", "currency": "USD", "message": message}]


def test_the_brands_own_words_say_why_not(client: Client) -> None:
    ann(points=60, language="de")
    said = {"id": "points", "texts": {"en": "{missing} to go", "de": "Noch {missing} Punkte"}}
    offer(reward("car", prices={"": 100}), reward_messages=[said])
    assert get(client, LIST)["data"][0]["reasons"][0]["message"] == "Noch 40 Punkte"


def test_texts_are_in_the_customers_language(client: Client) -> None:
    ann(language="de")
    offer(reward("mug", name={"en": "Mug", "de": "Becher"}, terms={"de": "Einmal"}))
    assert get(client, LIST)["data"][0]["title"] == "Becher"
    assert get(client, f"{LIST}/mug")["terms"] == "Einmal"


def test_fields_add_what_they_name_and_custom_attributes(client: Client) -> None:
    ann()
    offer(reward("mug", custom_data={"cf_size": "L", "note": "x"}, gallery=["https://e.com/1.png"], terms={"en": "T"}))
    found = get(client, f"{LIST}?fields=claims,events,custom_data,gallery,terms,instructions,cf_size,cf_none,other")
    [one] = found["data"]
    assert {name: one[name] for name in ("cf_size", "custom_data", "terms", "instructions", "events")} == {
        "cf_size": "L",
        "custom_data": {"cf_size": "L", "note": "x"},
        "terms": "T",
        "instructions": "",
        "events": [],
    }
    assert one["gallery"][0]["small"] == "https://e.com/1.png"
    assert one["claims"] == {"claims": 0, "spent": 0, "coupons": []}
    assert not one.keys() & {"cf_none", "other"}


def test_pages_and_orders_of_the_list(client: Client) -> None:
    ann()
    offer(
        reward("a", position=3, starts_at="2026-11-03"),
        reward("b", position=1),
        reward("c", position=2, starts_at="2026-11-01"),
    )
    assert ids(client) == ["b", "c", "a"]
    assert ids(client, "?sort=order&order=desc") == ["a", "c", "b"]
    assert ids(client, "?sort=starts_at") == ["c", "a", "b"]
    assert ids(client, "?sort=starts_at&order=desc") == ["a", "c", "b"]
    page = get(client, f"{LIST}?limit=1&offset=1")
    assert [one["id"] for one in page["data"]] == ["c"]
    assert (page["prev"], page["next"]) == (f"{LIST}?limit=1&offset=0", f"{LIST}?limit=1&offset=2")
    for wrong in ("sort=points", "order=up", "filter=x", "limit=0", "offset=-1"):
        assert get(client, f"{LIST}?{wrong}", status=400)["error"]["code"] in (300121, 300122, 300123), wrong


def test_a_suspended_customer_sees_rewards_and_can_claim_none(client: Client) -> None:
    ann()
    offer(reward("mug"))
    tell(Incoming("ann", "suspend", {"reason": "x"}))
    [found] = get(client, LIST)["data"]
    assert (found["reasons"], "_actions" in found) == ([{"code": 110003, "reason": "suspended"}], False)


def test_addresses_are_taken_in_any_case_with_a_slash_or_without(client: Client) -> None:
    ann()
    offer(reward("Mug-1"))
    assert ids(client) == ["Mug-1"]
    for path in ("/customers/ann/activities/Rewards", "/Customers/ann/Activities/REWARDS/", f"{LIST}/"):
        assert len(get(client, path)["data"]) == 1, path
    assert get(client, "/customers/ann/activities/Rewards/Mug-1")["id"] == "Mug-1"
    get(client, "/customers/ann/activities/Rewards/mug-1", status=404)
    assert post(client, "/customers/ann/activities/Rewards/Mug-1/claim")["spent"] == 60
    assert get(client, "/customers/ann/Rewards/")["total"] == 1


def test_claimed_rewards_stay_whatever_becomes_of_them(client: Client) -> None:
    ann()
    spring = pool("spring", "CODE-1")
    offer(reward("mug", type="coupon", pools=["spring"], prices={"": 40}), coupon_pools=[spring])
    claim = post(client, f"{LIST}/mug/claim")
    offer(reward("mug", type="coupon", pools=["spring"], prices={"": 40}, status="inactive"))
    at = "2026-11-20T12:00:00.000Z"
    coupon = {
        "code": "CODE-1",
        "name": "Spring",
        "status": "claimed",
        "type": "amount",
        "value": 10,
        "created_at": at,
        "claimed_at": at,
        "pool": "spring",
        "customer": {"id": "ann"},
    }
    common = {"title": "Mug", "type": "coupon", "points": 40, "coupon_pool": "spring", "transferable": False}
    assert get(client, "/customers/ann/rewards") == {
        "data": [
            {
                "id": "mug",
                **common,
                "status": "inactive",
                "claims": 1,
                "spent": 40,
                "first_claimed_at": at,
                "last_claimed_at": at,
                "coupons": [coupon],
            }
        ],
        "total": 1,
    }
    post(client, f"{LIST}/mug/revoke", {"event": claim["id"]})
    assert get(client, "/customers/ann/rewards") == {"data": [], "total": 0}


def test_a_claim_tells_nothing_of_who_holds_its_coupon_by_now(client: Client) -> None:
    ann()
    make_customer("ben")
    spring = pool("spring", "CODE-1")
    offer(reward("mug", type="coupon", pools=["spring"]), coupon_pools=[spring])
    post(client, f"{LIST}/mug/claim")
    tell(Incoming("ann", "coupon_unassign", {"code": "CODE-1"}), by=Actor("back_office"))
    tell(Incoming("ben", "coupon_assign", {"coupon": "spring"}), by=Actor("back_office"))

    [claimed] = get(client, "/customers/ann/rewards")["data"]
    assert (claimed["claims"], claimed["coupons"]) == (1, [])


def test_activities_are_the_rewards_and_nothing_else_yet(client: Client) -> None:
    ann()
    offer(reward("mug", custom_data={"cf_size": "L"}))
    root = "/customers/ann/activities"
    [found] = get(client, LIST)["data"]
    activity = {**found, "activity_type": "reward"}
    assert get(client, root) == get(client, f"{root}/spend") == {"data": [activity]}
    assert get(client, f"{root}?activity_types=reward,quiz&fields=cf_size")["data"][0]["cf_size"] == "L"
    assert get(client, f"{root}?activity_types=quiz") == get(client, f"{root}/earn") == {"data": []}
    assert get(client, f"{root}?activity_types=dance", status=400)["error"]["code"] == 300122


@pytest.mark.parametrize("path", [LIST, "/customers/ann/activities", "/customers/ann/rewards"])
def test_nobody_has_no_rewards(client: Client, path: str) -> None:
    ann()
    assert get(client, path.replace("ann", "nobody"), status=404)["error"]["code"] == 160212


def count_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        get(client, path)
    return len(queries)


def test_the_lists_take_as_many_queries_for_200_rewards_as_for_one(client: Client) -> None:
    ann(points=100_000)
    lists = [{"id": "vip", "name": "VIP", "status": "active"}]
    rules: dict[str, Any] = {
        "audience": {"not": [{"list": "vip"}]},
        "max_claims": 3,
        "starts_at": "2026-11-01",
        "stock": 10,
        "repeat_interval": {"after": 1, "unit": "weeks"},
    }
    paths = [f"{LIST}?fields=claims,events", LIST, f"{LIST}/r0?fields=claims", "/customers/ann/rewards"]
    found = []
    for number, claimed in ((1, ["r0"]), (3, ["r1", "r2"]), (200, [])):
        offer(*(reward(f"r{place}", **rules) for place in range(number)), lists=lists)
        for id in claimed:
            post(client, f"{LIST}/{id}/claim")
        found.append([count_of(client, path) for path in paths])
    assert found[0] == found[1] == found[2], found
