"""`/v1/bulk-operation/reward/claim`: many customers, one after the other of a reward, each once."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from events.api.display.objects import wire_moment
from loyalty.bulk.models import BulkRequest
from loyalty.bulk.queries import due_requests
from rewards.claims.models import Claim
from tests.bulk.gifts import done
from tests.claim_doors.offering import ann, get, offer, pool, post, reward
from tests.factories import NOON, make_customer

pytestmark = pytest.mark.django_db
ROOT = "/v1/bulk-operation/reward/claim"
AT = "2026-11-20T12:00:00.000Z"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def asked(client: Client, *names: str, batch: str = "b1", status: int = 200, id: str = "mug", **more: Any) -> Any:
    metadata = {"external_batch_id": batch, **more.pop("metadata", {})}
    return post(client, f"{ROOT}/{id}", {"customers": list(names), "metadata": metadata, **more}, status)


def run(batch: str = "b1") -> BulkRequest:
    return done(BulkRequest.objects.get(batch=batch))


def test_each_customer_has_a_claim_or_an_error_with_its_code(client: Client) -> None:
    ann()
    make_customer("ben", points=10)
    made = pool("spring", "CODE-1", "CODE-2")
    offer(reward("mug", type="coupon", pools=["spring"]), coupon_pools=[made])
    accepted = asked(client, "ann", "ben", "nobody", "ann", metadata={"custom_attributes": {"country": "DE"}})
    assert accepted == {
        "status": "success",
        "metadata": {"external_batch_id": "b1"},
        "payload": {"batch_id": "b1"},
    }
    waiting = get(client, f"{ROOT}/b1/status")
    assert waiting["payload"] == {"batch_status": "queued", "number_of_customers": 3, "customers": []}
    run()

    claim = Claim.objects.get()
    assert get(client, f"{ROOT}/b1/status") == {
        "status": "success",
        "metadata": {
            "bulk_operation_error": {"number_of_errors": 2, "url": f"http://testserver{ROOT}/b1/status/error"},
            "pagination": {"total": 1},
        },
        "payload": {
            "batch_status": "done",
            "number_of_customers": 3,
            "customers": [
                {
                    "id": f"{claim.event_id}:CODE-1",
                    "batch_id": "b1",
                    "customer": "ann",
                    "reward_id": "mug",
                    "claimed_at": wire_moment(claim.claimed_at),
                    "custom_attributes": {"country": "DE"},
                    "code": "CODE-1",
                    "created_at": AT,
                    "status": "claimed",
                    "type": "amount",
                    "value": 10,
                }
            ],
        },
    }
    for path in ("status/error", "status/errors"):
        assert get(client, f"{ROOT}/b1/{path}") == {
            "status": "success",
            "metadata": {"pagination": {"total": 2}},
            "payload": {
                "number_of_errors": 2,
                "customers": {
                    "ben": {
                        "reward": "mug",
                        "error_message": "Customer does not have enough points",
                        "error_code": 120241,
                    },
                    "nobody": {"reward": "mug", "error_message": "Customer not found", "error_code": 160212},
                },
            },
        }


def test_a_forced_batch_is_free_and_asks_for_nothing_but_the_stock(client: Client) -> None:
    ann(points=0)
    make_customer("ben")
    offer(reward("mug", status="inactive", stock=1, max_claims=1))
    asked(client, "ann", "ben", force_claim=True)
    run()
    claim = Claim.objects.get()
    assert (claim.customer.public_id, claim.spent, claim.forced) == ("ann", 0, True)
    errors = get(client, f"{ROOT}/b1/status/error")["payload"]["customers"]
    assert errors["ben"]["error_code"] == 120212


def test_of_one_reward_one_batch_works_and_the_others_wait(client: Client) -> None:
    ann()
    offer(reward("mug"), reward("cup"))
    asked(client, "ann")
    asked(client, "ann", batch="b2")
    asked(client, "ann", batch="b3", id="cup")
    due = BulkRequest.objects.filter(pk__in=due_requests())
    assert sorted(due.values_list("batch", flat=True)) == ["b1", "b3"]


def test_the_same_batch_again_is_the_same_and_another_of_its_id_is_refused(client: Client) -> None:
    ann()
    offer(reward("mug"))
    assert asked(client, "ann") == asked(client, "ann")
    refused = asked(client, "ben", status=400)
    assert refused == {
        "status": "error",
        "error": {
            "type": "BadRequestException",
            "code": 320503,
            "message": "The unique batch id provided already exists",
        },
    }
    run()
    run()
    assert Claim.objects.count() == 1


def test_what_is_kept_of_a_request_is_checked(client: Client) -> None:
    ann()
    offer(reward("mug"), reward("bag", type="bidding", prices={"": 1}, ends_at="2026-12-01"))
    asked(client, "ann", callback_url="https://example.com/done", force_claim=False)
    assert BulkRequest.objects.get().options == {"callback_url": "https://example.com/done"}
    for wrong in ({"callback_url": "ftp://x"}, {"force_claim": "yes"}, {"metadata": {"custom_attributes": [1]}}):
        asked(client, "ann", batch="b2", status=400, **wrong)
    asked(client, batch="b2", status=400)
    for id in ("nothing", "bag"):
        assert asked(client, "ann", id=id, batch="b2", status=404)["error"]["code"] == 320501
    for path in ("status", "status/error"):
        assert get(client, f"{ROOT}/none/{path}", status=404)["error"]["code"] == 320510
