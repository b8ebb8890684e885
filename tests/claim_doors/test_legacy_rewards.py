"""`/rewards` as older clients call it."""

import pytest
from django.test import Client

from customers.fields.models import Field
from loyalty.engine.events import Incoming
from tests.claim_doors.offering import ann, get, offer, pool, post, reward
from tests.factories import tell

pytestmark = pytest.mark.django_db


def test_the_list_has_ten_at_most_and_pages_from_zero(client: Client) -> None:
    ann()
    offer(*(reward(f"r{number:02}", position=number) for number in range(12)))
    assert [one["id"] for one in get(client, "/rewards")["data"]] == [f"r{number:02}" for number in range(10)]
    assert [one["id"] for one in get(client, "/rewards?page=1")["data"]] == ["r10", "r11"]
    assert [one["id"] for one in get(client, "/rewards?limit=2&page=1")["data"]] == ["r02", "r03"]
    for wrong in ("limit=101", "page=-1", "page=x", "colour=red"):
        get(client, f"/rewards?{wrong}", status=400)


def test_a_reward_is_told_in_its_older_shape_and_by_itself_as_a_list_of_one(client: Client) -> None:
    ann()
    category = {"id": "fun", "name": {"en": "Fun"}}
    more = {"description": {"en": "Blue"}, "image_url": "https://e.com/1.png", "category": "fun"}
    offer(reward("mug", **more), reward("hidden", hidden=True), reward_categories=[category])
    told = {
        "id": "mug",
        "name": "Mug",
        "category": "Fun",
        "price": 60,
        "image_url": "https://e.com/1.png",
        "description": "Blue",
    }
    assert get(client, "/rewards") == {"data": [told]}
    assert get(client, "/rewards/mug") == [told]
    for id in ("hidden", "nothing"):
        assert get(client, f"/rewards/{id}", status=404)["error"]["code"] == 0


def test_prices_and_the_customer_narrow_the_list(client: Client) -> None:
    Field.objects.create(slug="card", name="Card", external_id=True)
    ann(currency="USD", card="1234")
    offer(
        reward("cheap", prices={"": 10, "USD": 20}),
        reward("dear", prices={"": 100, "USD": 200}),
        reward("vip", hide_restricted=True, audience={"any": [{"list": "vip"}]}),
        lists=[{"id": "vip", "name": "VIP", "status": "active"}],
    )

    def named(query: str) -> list[str]:
        return [one["id"] for one in get(client, f"/rewards?{query}")["data"]]

    assert named("min_price=50") == ["dear", "vip"]
    assert named("max_price=50") == ["cheap"]
    assert named("customer=ann") == named("external_id=1234") == named("external_id=card:1234") == ["cheap", "dear"]
    assert named("customer=1234&external_id=card&min_price=15&max_price=20") == ["cheap"]
    assert get(client, "/rewards?customer=nobody", status=404)["error"]["code"] == 160212


def test_the_older_claim_answers_what_was_spent_and_the_code(client: Client) -> None:
    ann()
    made = pool("spring", "CODE-1")
    offer(reward("mug", type="coupon", pools=["spring"]), coupon_pools=[made])
    assert post(client, "/rewards/mug/claim", {"customer": "ann"}) == {
        "spent": 60,
        "coupon": {"code": "CODE-1", "type": "amount"},
    }
    assert post(client, "/rewards/mug/claim", {"customer": "ann"}, status=400)["error"]["code"] == 120241
    assert post(client, "/rewards/mug/claim", {}, status=400)["error"]["code"] == 0
    assert post(client, "/rewards/nothing/claim", {"customer": "ann"}, status=404)["error"]["code"] == 0
    assert post(client, "/rewards/mug/claim", {"customer": "nobody"}, status=404)["error"]["code"] == 160212


def test_who_is_not_a_member_has_the_older_code(client: Client) -> None:
    ann()
    offer(reward("mug"))
    tell(Incoming("new", "subscribe", {}))
    assert post(client, "/rewards/mug/claim", {"customer": "new"}, status=400)["error"]["code"] == 1606023
