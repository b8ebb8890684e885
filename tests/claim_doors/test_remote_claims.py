"""Claims of rewards whose codes another system gives: by the Display API, the older address, staff and bulk requests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from coupons.models import Coupon, Pool
from coupons.stock.asking import Claimant, codes_at_hand
from loyalty.bulk.models import BulkRequest
from loyalty.points.ledger.models import Balance
from loyalty.program.operations import apply_program
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from rewards.claims.models import Claim
from tests.bulk.gifts import done
from tests.claim_doors.offering import KEY, ann, get, offer, post, reward
from tests.coupons.code_giver import CodeGiver, serving
from tests.factories import NOON, make_customer

ROOT = "/customers/ann/activities/rewards"


@pytest.fixture
def giver(settings: Any) -> Iterator[CodeGiver]:
    with serving() as found:
        settings.CODE_HOSTS, settings.CODE_HTTP, settings.CODE_TOKENS = frozenset({found.host}), True, {}
        yield found


def spring(giver: CodeGiver, **more: Any) -> None:
    item = {
        "id": "spring",
        "name": "Spring",
        "source": "remote",
        "remote_url": giver.url,
        "type": "amount",
        "value": "10",
    }
    apply_program({"coupon_pools": [item]}, by=Sender(None, NOON))
    cache.delete(f"coupon-claims:{connection.settings_dict['NAME']}:{Pool.objects.get().pk}")
    offer(reward("mug", type="coupon", pools=["spring"], prices={"": 40}, **more), coupon_pools=[item])


@pytest.mark.django_db
def test_a_claim_gives_the_code_of_the_other_system(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver)
    assert post(client, f"{ROOT}/mug/claim", {})["coupon"]["code"] == "GIVEN-1"
    [asked] = giver.asked
    assert (asked["pool"], asked["customer"], asked["reward"]) == ("spring", "ann", "mug")


@pytest.mark.django_db
def test_several_of_a_claim_are_asked_for_one_by_one(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver)
    answer = post(client, f"{ROOT}/mug/claim", {"count": 2})
    assert [one["code"] for one in answer["coupons"]] == ["GIVEN-1", "GIVEN-2"]
    assert len({one["idempotency_key"] for one in giver.asked}) == 2


@pytest.mark.django_db
def test_the_older_address_asks_as_well(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver)
    assert post(client, "/rewards/mug/claim", {"customer": "ann"})["coupon"]["code"] == "GIVEN-1"


@pytest.mark.django_db
def test_without_a_code_nothing_is_charged_and_it_reads_as_an_empty_pool(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver, stock=5)
    giver.answer = (500, b"")
    error = post(client, f"{ROOT}/mug/claim", {}, status=400)["error"]
    assert (error["code"], error["reasons"]) == (123771, [{"code": 123771, "reason": "codes", "pool": "spring"}])
    assert Balance.objects.get(customer__public_id="ann").spendable == 100
    assert not Claim.objects.exists()
    assert not Coupon.objects.exists()


@pytest.mark.django_db
def test_who_cannot_claim_anyway_asks_nobody(client: Client, giver: CodeGiver) -> None:
    ann(points=30)
    spring(giver)
    assert post(client, f"{ROOT}/mug/claim", {}, status=400)["error"]["code"] == 120241
    post(client, "/customers/nobody/activities/rewards/mug/claim", {}, status=404)
    post(client, f"{ROOT}/mug/claim", {"count": "many"}, status=400)
    assert not giver.asked


@pytest.mark.django_db
def test_an_empty_pool_of_another_system_keeps_no_reward_from_the_list(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver)
    [shown] = get(client, ROOT)["data"]
    assert shown["id"] == "mug"
    assert not giver.asked


@pytest.mark.usefixtures("committed_db")
def test_staff_claim_and_assign_with_codes_of_the_other_system(client: Client, giver: CodeGiver) -> None:
    customer = ann()
    spring(giver)
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    page = reverse("claims:claim", args=[customer.pk])
    answer = client.post(page, {"token": uuid4(), "reward": "mug", "count": "1"})
    assert answer.status_code == 302, answer.content.decode()
    assert Coupon.objects.get(customer=customer).code == "GIVEN-1"
    answer = client.post(reverse("coupons:assign", args=[customer.pk]), {"token": uuid4(), "pool": "spring"})
    assert answer.status_code == 302, answer.content.decode()
    assert Coupon.objects.filter(customer=customer).count() == 2


@pytest.mark.django_db
def test_a_bulk_claim_is_told_that_nobody_is_asked_for_it(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver)
    body = {"customers": ["ann"], "metadata": {"external_batch_id": "b1"}}
    post(client, "/v1/bulk-operation/reward/claim/mug", body)
    done(BulkRequest.objects.get())
    told = str(get(client, "/v1/bulk-operation/reward/claim/b1/status/error"))
    assert "The codes of the coupon pool spring come from another system" in told
    assert not giver.asked


# In transactions as they are


@pytest.mark.usefixtures("committed_db")
def test_a_claim_that_is_sent_again_gets_the_same_code(client: Client, giver: CodeGiver) -> None:
    ann()
    spring(giver)
    path, headers = f"{ROOT}/mug/claim?api_key={KEY}", {"Idempotency-Key": "once"}
    first, again = (
        client.generic("POST", path, b"{}", content_type="application/json", headers=headers).json() for _ in range(2)
    )
    assert first == again
    assert first["coupon"]["code"] == "GIVEN-1"
    assert Claim.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_claims_at_once_have_a_code_each(client: Client, giver: CodeGiver) -> None:
    ann()
    names = [f"m{number}" for number in range(8)]
    for name in names:
        make_customer(name, points=100)
    spring(giver)
    giver.seconds = 0.05

    def claim(name: str) -> int:
        try:
            path = f"/customers/{name}/activities/rewards/mug/claim?api_key={KEY}"
            return Client().generic("POST", path, b"{}", content_type="application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(claim, names)) == [200] * 8
    assert Coupon.objects.filter(status="claimed").values("code").distinct().count() == 8


@pytest.mark.usefixtures("committed_db")
def test_nobody_is_asked_inside_of_a_transaction(giver: CodeGiver) -> None:
    ann()
    spring(giver)
    asking = codes_at_hand({"spring": 1}, Claimant("ann"))
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), asking:
        pass
    assert not giver.asked
