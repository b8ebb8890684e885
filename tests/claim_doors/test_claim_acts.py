"""Claims, revocations and bids by the Display API: exact answers, forms and bodies, and what keys may do."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from coupons.models import Coupon
from customers.models import Customer
from events.models import Event
from loyalty.engine.events import Incoming
from rewards.claims.models import Claim
from tests.api.once.writes import conversations
from tests.api_keys import development_key
from tests.claim_doors.offering import KEY, ann, get, offer, pool, post, reward
from tests.engine.world import configure
from tests.factories import NOON, make_customer, tell

pytestmark = pytest.mark.django_db
ROOT = "/customers/ann/activities/rewards"
AT = "2026-11-20T12:00:00.000Z"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def coupon(code: str) -> dict[str, Any]:
    told = {"code": code, "name": "Spring", "status": "claimed", "type": "amount", "value": 10, "pool": "spring"}
    return {**told, "created_at": AT, "claimed_at": AT, "customer": {"id": "ann"}}


def spring(*codes: str, **more: Any) -> None:
    made = pool("spring", *codes)
    offer(reward("mug", type="coupon", pools=["spring"], prices={"": 40}, **more), coupon_pools=[made])


def test_a_claim_answers_what_was_spent_its_event_and_its_coupon(client: Client) -> None:
    ann()
    spring("CODE-1", "CODE-2")
    answer = post(client, f"{ROOT}/mug/claim")
    event = Event.objects.get(action="reward")
    one = coupon("CODE-1")
    assert answer == {"spent": 40, "id": str(event.id), "last_claimed_at": AT, "coupon": one, "coupons": [one]}


def test_several_at_once_are_one_claim_or_none(client: Client) -> None:
    ann()
    spring("CODE-1", "CODE-2", stock=2)
    refused = post(client, f"{ROOT}/mug/claim", {"count": 3}, status=400)["error"]
    assert (refused["code"], refused["reasons"][0]) == (
        120212,
        {"code": 120212, "reason": "stock", "left": 2, "wanted": 3},
    )
    assert not Claim.objects.exists()

    answer = post(client, f"{ROOT}/mug/claim", {"count": 2})
    assert (answer["spent"], [one["code"] for one in answer["coupons"]]) == (80, ["CODE-1", "CODE-2"])
    assert answer["coupon"] == answer["coupons"][0]


def test_the_answer_adds_the_customer_and_the_reward_if_it_is_asked(client: Client) -> None:
    ann()
    offer(reward("mug", stock=3))
    answer = post(client, f"{ROOT}/mug/claim?fields=customer,reward")
    assert (answer["customer"]["id"], answer["customer"]["point_balance"]) == ("ann", 40)
    assert (answer["reward"]["id"], answer["reward"]["stock"]) == ("mug", 2)
    assert "coupon" not in answer


def test_points_of_a_dynamic_reward_are_chosen(client: Client) -> None:
    ann()
    offer(reward("give", type="dynamic", prices={"": 10}, price_step=10, max_price=50))
    assert post(client, f"{ROOT}/give/claim", status=400)["error"]["code"] == 0
    assert post(client, f"{ROOT}/give/claim", {"points": 15}, status=400)["error"]["code"] == 0
    assert post(client, f"{ROOT}/give/claim", {"points": 30})["spent"] == 30


def test_a_form_is_taken_as_json_is(client: Client) -> None:
    ann()
    offer(reward("give", type="dynamic", prices={"": 10}))
    answer = client.post(
        f"{ROOT}/give/claim?api_key={KEY}", "points=20&count=2", content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer.json()["spent"]) == (200, 40)
    event = answer.json()["id"]
    answer = client.post(
        f"{ROOT}/give/revoke?api_key={KEY}", f"event={event}", content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer.json()) == (200, {})


def test_null_is_as_leaving_it_out(client: Client) -> None:
    ann()
    offer(reward("mug"))
    assert post(client, f"{ROOT}/mug/claim", {"count": None, "points": None})["spent"] == 60


@pytest.mark.parametrize("body", [{"count": 0}, {"count": "two"}, {"count": True}, {"points": -1}, {"count": 1.5}])
def test_numbers_that_are_none_are_refused_by_their_name(client: Client, body: dict[str, Any]) -> None:
    ann()
    offer(reward("mug"))
    refused = post(client, f"{ROOT}/mug/claim", body, status=400)["error"]
    assert next(iter(body)) in refused["message"]
    assert not Claim.objects.exists()


def test_a_claim_is_revoked_once_and_all_is_as_before(client: Client) -> None:
    customer = ann()
    spring("CODE-1", stock=1)
    event = post(client, f"{ROOT}/mug/claim")["id"]
    assert get(client, f"{ROOT}")["data"][0]["stock"] == 0
    assert post(client, f"{ROOT}/mug/revoke", {"event": event}) == {}
    assert get(client, f"{ROOT}")["data"][0]["stock"] == 1
    assert Coupon.objects.get(code="CODE-1").status == "invalid"
    assert customer.balances.get().spendable == 100

    again = post(client, f"{ROOT}/mug/revoke", {"event": event}, status=400)["error"]
    assert again == {"type": "BadRequestException", "code": 160344, "message": "Claim event already revoked"}


@pytest.mark.parametrize(("body", "code"), [({"event": "1"}, 160340), ({"event": "abc"}, 160340), ({}, 0)])
def test_a_claim_that_there_is_not_is_no_event(client: Client, body: Any, code: int) -> None:
    ann()
    offer(reward("mug"))
    assert post(client, f"{ROOT}/mug/revoke", body, status=400)["error"]["code"] == code


def test_nobody_revokes_the_claim_of_somebody_else_or_of_another_reward(client: Client) -> None:
    ann()
    make_customer("ben", points=100)
    offer(reward("mug"), reward("cup"))
    event = post(client, f"{ROOT}/mug/claim")["id"]
    for path in ("/customers/ben/activities/rewards/mug/revoke", f"{ROOT}/cup/revoke"):
        assert post(client, path, {"event": event}, status=400)["error"]["code"] == 160340
    assert Claim.objects.get().revoked_at is None


def test_a_hidden_reward_is_not_there_for_the_api(client: Client) -> None:
    ann()
    offer(reward("mug", hidden=True))
    assert post(client, f"{ROOT}/mug/claim", status=404)["error"]["code"] == 0


def test_nobody_is_created_by_claiming_although_the_programme_takes_up_whoever_comes(client: Client) -> None:
    ann()
    offer(reward("mug", prices={"": 0}))
    configure(auto_subscribe="any")
    path = ROOT.replace("ann", "nobody")
    assert post(client, f"{path}/mug/claim", status=404)["error"]["code"] == 160212
    assert not Customer.objects.filter(public_id="nobody").exists()


def test_a_claim_without_coupons_takes_three_conversations(monkeypatch: pytest.MonkeyPatch) -> None:
    ann()
    offer(reward("mug"))
    sent = conversations(monkeypatch)
    post(Client(headers={"Idempotency-Key": "K"}), f"{ROOT}/mug/claim")
    # One for the stock, which is locked last: whoever cannot claim keeps nobody waiting.
    assert len(sent) == 3


def test_bids_reserve_and_tell_the_highest(client: Client) -> None:
    ann()
    make_customer("ben", points=200)
    offer(reward("bag", type="bidding", prices={"": 10}, price_step=5, ends_at="2026-12-01"))
    [listed] = get(client, ROOT)["data"]
    bid_at = {"complete": {"method": "POST", "url": f"{ROOT}/bag/bid"}}
    assert (listed["_actions"], listed["highest_bid"]) == (bid_at, {"own": False})

    assert post(client, f"{ROOT}/bag/bid", {"amount": 50}) == {
        "id": "bag",
        "title": "Bag",
        "status": "active",
        "type": "bidding",
        "points": 10,
        "ends_at": "2026-12-02T00:00:00.000Z",
        "transferable": False,
        "bid_step": 5,
        "highest_bid": {"own": True, "points": 50},
        "_actions": bid_at,
    }
    other = post(client, "/customers/ben/activities/rewards/bag/bid")
    assert other["highest_bid"] == {"own": True, "points": 55}
    assert get(client, ROOT)["data"][0]["highest_bid"] == {"own": False, "points": 55}
    assert post(client, f"{ROOT}/bag/bid", {"amount": 20}, status=400)["error"]["code"] >= 0
    assert post(client, f"{ROOT}/bag/claim", status=400)["error"]["code"] == 0


def test_a_key_that_may_not_record_claims_may_not_claim(client: Client) -> None:
    ann()
    key = development_key("narrow")
    type(key).objects.filter(pk=key.pk).update(actions=["checkout"])
    offer(reward("mug"))
    answer = client.post(f"{ROOT}/mug/claim?api_key=narrow", "{}", content_type="application/json")
    assert (answer.status_code, "action:reward" in answer.json()["error"]["message"]) == (403, True)
    assert not Claim.objects.exists()


def test_the_same_request_with_its_key_claims_once(client: Client) -> None:
    ann()
    offer(reward("mug", prices={"": 10}))
    for _ in range(2):
        answer = client.post(
            f"{ROOT}/mug/claim?api_key={KEY}", "{}", content_type="application/json", headers={"Idempotency-Key": "1"}
        )
        assert answer.status_code == 200
    assert Claim.objects.count() == 1


def test_a_merged_customers_claims_are_the_survivors(client: Client) -> None:
    ann()
    make_customer("ben")
    offer(reward("mug"))
    event = post(client, f"{ROOT}/mug/claim")["id"]
    tell(Incoming("ann", "customer_merge", {"kind": "full", "source": "ann", "target": "ben"}, target=("id", "ben")))
    assert get(client, "/customers/ben/rewards")["total"] == 1
    assert post(client, "/customers/ben/activities/rewards/mug/revoke", {"event": event}) == {}
