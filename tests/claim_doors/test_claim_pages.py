"""Rewards in the profile: the card, the tab, and claiming and revoking by hand."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer
from loyalty.engine.events import Actor, Incoming
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from rewards.claims.models import Claim
from tests.claim_doors.offering import ann, offer, pool, reward
from tests.factories import make_customer, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    made = User.objects.create_user("ada", role=Role.ADMINISTRATOR)
    client.force_login(made)
    return made


@pytest.fixture
def customer() -> Customer:
    return ann()


def page(client: Client, name: str, *arguments: object, query: str = "", status: int = 200) -> str:
    answer = client.get(f"{reverse(name, args=arguments)}{query}")
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def claim(client: Client, customer: Customer, status: int = 204, **data: Any) -> Any:
    told = {"token": str(uuid4()), "count": "1", **data}
    answer = client.post(reverse("claims:claim", args=[customer.id]), told, headers=HTMX)
    assert answer.status_code == status, answer.content.decode()
    return answer


def test_a_customer_without_rewards_has_an_empty_tab_and_no_card(client: Client, customer: Customer) -> None:
    text = page(client, "claims:of-customer", customer.id)
    assert "No rewards claimed yet" in text
    assert "There is no active reward" in text
    assert "All rewards" not in page(client, "customers:overview", customer.id)


def test_card_and_tab_say_what_can_be_claimed_and_why_the_rest_cannot(client: Client, customer: Customer) -> None:
    offer(reward("car", prices={"": 1000}), reward("mug", stock=5))
    for name in ("customers:overview", "claims:of-customer"):
        text = page(client, name, customer.id)
        assert text.index("Mug") < text.index("Car"), "what can be claimed comes first"
        assert "900 points missing: 100 of 1,000" in text
        assert text.count(f"{reverse('claims:claim', args=[customer.id])}?reward=mug") == 2
        assert "?reward=car" not in text


def test_a_claim_by_hand_is_shown_and_can_be_undone(client: Client, customer: Customer) -> None:
    made = pool("spring", "CODE-1")
    offer(reward("mug", type="coupon", pools=["spring"]), coupon_pools=[made])
    answer = claim(client, customer, reward="mug")
    found = Claim.objects.get()
    undo = reverse("claims:revoke", args=[customer.id, found.event_id])
    assert "Ann has \\u201cMug\\u201d now, for 60 points." in answer.headers["HX-Trigger"]
    assert undo in answer.headers["HX-Trigger"]
    text = page(client, "claims:of-customer", customer.id)
    assert "CODE-1" in text
    assert undo in text

    dialog = page(client, "claims:revoke", customer.id, found.event_id)
    assert "60 points go back" in dialog
    answer = client.post(undo, {"token": str(uuid4()), "reason": "Wrong one"}, headers=HTMX)
    assert answer.status_code == 204
    found.refresh_from_db()
    assert not found.stands
    text = page(client, "claims:of-customer", customer.id)
    assert "Revoked" in text
    assert undo not in text


def test_the_tab_shows_no_code_that_was_taken_back_and_is_somebody_elses(client: Client, customer: Customer) -> None:
    made = pool("spring", "CODE-1")
    offer(reward("mug", type="coupon", pools=["spring"]), coupon_pools=[made])
    claim(client, customer, reward="mug")
    make_customer("ben")
    tell(Incoming("ann", "coupon_unassign", {"code": "CODE-1"}), by=Actor("back_office"))
    tell(Incoming("ben", "coupon_assign", {"coupon": "spring"}), by=Actor("back_office"))

    text = page(client, "claims:of-customer", customer.id)
    assert "Mug" in text
    assert "CODE-1" not in text


def test_the_dialog_tells_price_and_reasons_and_refuses_in_words(client: Client, customer: Customer) -> None:
    offer(reward("car", prices={"": 1000}), reward("mug"), reward("bag", type="bidding", ends_at="2099-01-01"))
    dialog = page(client, "claims:claim", customer.id, query="?reward=mug")
    assert '<optgroup label="Can be claimed now"> <option value="mug" selected>Mug · 60 points</option>' in dialog
    assert "Car · 1,000 points · 900 points missing: 100 of 1,000" in dialog
    assert "Bag" not in dialog
    assert "Points" not in dialog, "no reward asks for them"
    refused = claim(client, customer, 422, reward="car").content.decode()
    assert "900 points missing: 100 of 1,000" in refused
    assert "Choose a reward" in claim(client, customer, 422, reward="nothing").content.decode()
    assert not Claim.objects.exists()


def test_points_of_a_dynamic_reward_are_asked_for(client: Client, customer: Customer) -> None:
    offer(reward("give", type="dynamic", prices={"": 10}))
    assert "Points" in page(client, "claims:claim", customer.id)
    assert "is required" in claim(client, customer, 422, reward="give").content.decode()
    claim(client, customer, reward="give", points="20", count="2")
    assert Claim.objects.get().spent == 40


def test_force_is_for_those_who_may(client: Client, customer: Customer) -> None:
    offer(reward("car", prices={"": 1000}))
    claim(client, customer, reward="car", force="on")
    assert (Claim.objects.get().spent, Claim.objects.get().forced) == (0, True)
    assert "By force" in page(client, "claims:of-customer", customer.id)

    client.force_login(User.objects.create_user("eve", role=Role.SERVICE_AGENT))
    assert "Claim by force" not in page(client, "claims:claim", customer.id)
    claim(client, customer, 422, reward="car", force="on")
    assert Claim.objects.count() == 1


def test_the_page_of_a_reward_shows_claims_by_week_and_who_has_claimed(client: Client, customer: Customer) -> None:
    offer(reward("mug", prices={"": 10}))
    assert "Nobody has claimed it" in page(client, "rewards:show", "mug")
    claim(client, customer, reward="mug", count="2")
    text = page(client, "rewards:show", "mug")
    assert "Claims by week" in text
    assert reverse("claims:of-customer", args=[customer.id]) in text
    assert "× 2" in text
    tell(Incoming("ann", "opt_out", {}))
    assert reverse("claims:of-customer", args=[customer.id]) not in page(client, "rewards:show", "mug")


def test_a_claim_sent_twice_is_made_once(client: Client, customer: Customer) -> None:
    offer(reward("mug", prices={"": 10}))
    token = str(uuid4())
    for _ in range(2):
        claim(client, customer, reward="mug", token=token)
    assert Claim.objects.count() == 1


def test_a_suspended_customer_is_offered_nothing_and_a_claim_of_another_is_not_there(
    client: Client, customer: Customer
) -> None:
    offer(reward("mug"))
    claim(client, customer, reward="mug")
    tell(Incoming("ben", "opt_in", {}))
    ben = Customer.objects.get(public_id="ben")
    page(client, "claims:revoke", ben.id, Claim.objects.get().event_id, status=404)
    tell(Incoming("ann", "suspend", {"reason": "x"}))
    assert "The customer is suspended" in page(client, "claims:of-customer", customer.id)
    assert reverse("claims:claim", args=[customer.id]) not in page(client, "customers:overview", customer.id)


def test_card_and_tab_take_as_many_queries_for_many_as_for_one(client: Client, customer: Customer) -> None:
    found = []
    for number in (1, 3):
        offer(*(reward(f"r{place}", prices={"": 1}, stock=5) for place in range(number)))
        claim(client, customer, reward=f"r{number - 1}")
        counts = []
        for name in ("customers:overview", "claims:of-customer", "claims:claim"):
            with CaptureQueriesContext(connection) as queries:
                page(client, name, customer.id)
            counts.append(len(queries))
        found.append(counts)
    assert found[0] == found[1]
