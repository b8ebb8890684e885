"""Rewards in the Display API, the older addresses and the bulk request against the vendor's files."""

import json
from typing import Any

import pytest
from django.test import Client

from loyalty.bulk.models import BulkRequest
from tests.bulk.gifts import done
from tests.claim_doors.offering import ann, get, offer, pool, post, reward
from tests.prove.vendor import Operation, assert_only, deviations, needs_files, request_deviations

pytestmark = [pytest.mark.prove, pytest.mark.django_db, needs_files]
DISPLAY, LEGACY, BULK = "display.yml", "rewards.yml", "bulk-operations.yml"
REWARDS = "/customers/{customer_id}/activities/rewards"
ONE = f"{REWARDS}/{{reward_id}}"
LIST, ROOT = "/customers/ann/activities/rewards", "/v1/bulk-operation/reward/claim"
WHY_NOT = "why it cannot be claimed now, beside the public code"
MORE = "more than the files name"
ASKED = "only if `fields` asks for it"
BIDS = ("bid_step: unknown", "highest_bid: unknown")


def in_data(*names: str, why: str) -> dict[str, str]:
    return {f"data.*.{name}": why for name in names}


def missing(found: set[str]) -> set[str]:
    """Without what is left out because there is nothing of it."""
    return {one for one in found if not one.endswith(": missing")}


@pytest.fixture(autouse=True)
def world() -> None:
    """Everything that these lists show."""
    ann(points=1_000, currency="EUR")
    spring = pool("spring", "CODE-1", "CODE-2")
    whole: dict[str, Any] = {
        "description": {"en": "Ten off"},
        "redeem_instructions": {"en": "Show it"},
        "terms": {"en": "Once"},
        "image_url": "https://example.com/1.png",
        "gallery": ["https://example.com/2.png"],
        "prices": {"EUR": 60},
        "starts_at": "2026-01-01",
        "ends_at": "2099-01-01",
        "stock": 5,
        "category": "fun",
        "max_claims": 3,
        "transferable": True,
        "transfer_points": 0,
        "transfer_limit": 1,
        "transfer_date": "modify",
        "transfer_expires": {"after": 2, "unit": "weeks"},
    }
    offer(
        reward("mug", type="coupon", pools=["spring"], **whole),
        reward("bag", type="bidding", price_step=5, **whole),
        reward("car", type="virtual", **{**whole, "prices": {"EUR": 5_000}}),
        coupon_pools=[spring],
        reward_categories=[{"id": "fun", "name": {"en": "Fun"}}],
    )


def test_available_rewards(client: Client) -> None:
    found = deviations(Operation(DISPLAY, "GET", REWARDS), get(client, f"{LIST}?fields=gallery,instructions,terms"))
    assert_only(missing(found), in_data("reasons: unknown", *BIDS, why=MORE))


def test_one_reward(client: Client) -> None:
    found = deviations(Operation(DISPLAY, "GET", ONE), get(client, f"{LIST}/mug?fields=claims"))
    assert_only(missing(found), {"claims.coupons: type": "a list; the schema says an object with the fields of one"})
    refused = get(client, f"{LIST}/nothing", status=404)
    assert_only(deviations(Operation(DISPLAY, "GET", ONE), refused, 404), {})


def test_a_claim_its_revocation_and_the_list_of_claimed_ones(client: Client) -> None:
    operation = Operation(DISPLAY, "POST", f"{ONE}/claim")
    assert_only(request_deviations(operation, {"count": 1}), {})
    claim = post(client, f"{LIST}/mug/claim", {"count": 1})
    assert_only(missing(deviations(operation, claim)), {"coupons: unknown": "all coupons, beside the first one"})
    claimed = get(client, "/customers/ann/rewards?fields=category,custom_data,stock,gallery,instructions,terms")
    found = deviations(Operation(DISPLAY, "GET", "/customers/{customer_id}/rewards"), claimed)
    named = ("category", "custom_data", "stock", "gallery", "instructions", "terms")
    expected = {
        **in_data(*(f"{name}: unknown" for name in named), why=ASKED),
        **in_data("coupons.*.value: unknown", "starts_at: unknown", "ends_at: unknown", why=MORE),
        **in_data("coupons.*.customer: type", why="an object, as elsewhere; this schema says a list of them"),
    }
    assert_only(missing(found), expected)
    revoke = Operation(DISPLAY, "POST", f"{ONE}/revoke")
    assert_only(request_deviations(revoke, {"event": claim["id"]}), {})
    assert post(client, f"{LIST}/mug/revoke", {"event": claim["id"]}) == {}
    again = post(client, f"{LIST}/mug/revoke", {"event": claim["id"]}, 400)
    assert_only(deviations(revoke, again, 400), {})


def test_a_refusal_tells_reasons_beside_the_code(client: Client) -> None:
    operation = Operation(DISPLAY, "POST", f"{ONE}/claim")
    assert_only(
        deviations(operation, post(client, f"{LIST}/car/claim", {}, 400), 400), {"error.reasons: unknown": WHY_NOT}
    )


def test_a_bid(client: Client) -> None:
    operation = Operation(DISPLAY, "POST", f"{ONE}/bid")
    assert_only(request_deviations(operation, {"amount": 160}), {})
    found = missing(deviations(operation, post(client, f"{LIST}/bag/bid", {"amount": 160})))
    names = ("transfer_coupon_expiration", "transfer_coupon_expires_in", "stock")
    assert_only(found, {f"{name}: unknown": MORE for name in names})


def test_the_older_addresses(client: Client) -> None:
    assert_only(missing(deviations(Operation(LEGACY, "GET", "/rewards"), get(client, "/rewards"))), {})
    assert_only(missing(deviations(Operation(LEGACY, "GET", "/rewards/{reward_id}"), get(client, "/rewards/mug"))), {})
    claim = post(client, "/rewards/mug/claim", {"customer": "ann"})
    assert_only(missing(deviations(Operation(LEGACY, "POST", "/rewards/{reward_id}/claim"), claim)), {})


def test_the_bulk_request(client: Client) -> None:
    accept = Operation(BULK, "POST", f"{ROOT}/{{reward_id}}")
    metadata = {"external_batch_id": "b1", "custom_attributes": {"campaign": "23F/W", "country": "DE"}}
    body = {"customers": ["ann", "nobody"], "metadata": metadata, "callback_url": "https://example.com/done"}
    assert_only(request_deviations(accept, body), {})
    answer = post(client, f"{ROOT}/mug", body)
    assert_only(missing(deviations(accept, answer)), {})
    done(BulkRequest.objects.get())
    status = get(client, f"{ROOT}/b1/status")
    shown = missing(deviations(Operation(BULK, "GET", f"{ROOT}/{{batch_id}}/status"), status))
    assert_only(
        shown,
        {
            "payload.customers: type": "a list, as in the file's example; its schema says an object",
            "payload.number_of_customers: unknown": "as of the other bulk requests",
        },
    )
    example = {"batch_id", "claimed_at", "code", "created_at", "customer", "id", "reward_id", "status", "type", "value"}
    assert status["payload"]["customers"][0].keys() == {*example, "custom_attributes"}
    errors = get(client, f"{ROOT}/b1/status/error")
    named = json.loads(json.dumps(errors).replace('"nobody"', '"customer_01"'))
    assert_only(missing(deviations(Operation(BULK, "GET", f"{ROOT}/{{batch_id}}/status/error"), named)), {})
