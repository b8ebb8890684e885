"""The pages of changes that wait: who sees what, and what each button does."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.points.ledger.models import Balance
from loyalty.points.operations import manage_points
from loyalty.staff.models import User
from loyalty.staff.roles.models import StaffRole
from loyalty.staff.sender import Sender
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann() -> Customer:
    ApprovalRule.objects.create(kind="customers")
    return make_customer("ann", first_name="Ann")


@pytest.fixture
def sam() -> User:
    StaffRole.objects.create(slug="giver", name="Giver", rights=["points.manage", "customers.view"])
    return User.objects.create_user("sam", role="giver")


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", role="administrator")


@pytest.fixture
def change(ann: Customer, sam: User) -> ChangeRequest:
    data = {"points": 500, "reason": "Late delivery"}
    manage_points(customer=ann, action="point_add", data=data, by=Sender(sam, timezone.now()))
    return ChangeRequest.objects.get()


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def points(ann: Customer) -> int:
    found = Balance.objects.filter(customer=ann).first()
    return int(found.spendable) if found else 0


def approve(client: Client, change: ChangeRequest) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]*)"', page(client, f"/approvals/{change.id}/"))
    assert found
    answer = client.post(f"/approvals/{change.id}/approve/", {"shown": found[1]}, follow=True)
    return answer.content.decode()


def test_a_dialog_whose_change_waits_says_so(client: Client, ann: Customer, sam: User) -> None:
    client.force_login(sam)
    form = {"token": uuid4(), "action": "point_add", "points": "500", "reason": "Late delivery", "account": "main"}
    answer = client.post(f"/customers/{ann.id}/points/manage/", form, headers=HTMX)
    assert "somebody else must approve it" in answer["HX-Trigger"]
    assert (ChangeRequest.objects.count(), points(ann)) == (1, 0)


def test_a_reviewer_sees_what_it_would_do_and_approves(
    client: Client, ann: Customer, change: ChangeRequest, ada: User
) -> None:
    client.force_login(ada)
    assert "Point add" in page(client, "/approvals/")
    shown = page(client, f"/approvals/{change.id}/")
    for text in ("Requested by sam", "Late delivery", "Points of Main", "Approve", "Reject", "Ask for changes"):
        assert text in shown
    assert "Approved. The change has been made." in approve(client, change)
    assert points(ann) == 500
    assert "Approve</button>" not in page(client, f"/approvals/{change.id}/")


def test_looking_at_a_change_does_nothing(client: Client, ann: Customer, change: ChangeRequest, ada: User) -> None:
    client.force_login(ada)
    page(client, f"/approvals/{change.id}/")
    assert points(ann) == 0


def test_what_has_changed_meanwhile_is_shown_beside_what_was_asked_for(
    client: Client, ann: Customer, change: ChangeRequest, ada: User
) -> None:
    manage_points(customer=ann, action="point_add", data={"points": 20}, by=Sender(ada, timezone.now()))
    client.force_login(ada)
    shown = page(client, f"/approvals/{change.id}/")
    assert "Something has changed since it was asked for" in shown
    assert "What it would have done when it was asked for" in shown
    answer = client.post(f"/approvals/{change.id}/approve/", {"shown": "of another state"}, follow=True)
    assert "Something has changed meanwhile" in answer.content.decode()
    assert points(ann) == 20
    assert "Approved" in approve(client, change)
    assert points(ann) == 520


def test_whoever_asked_sees_it_and_withdraws_it_but_does_not_decide(
    client: Client, change: ChangeRequest, sam: User
) -> None:
    client.force_login(sam)
    assert "Point add" in page(client, "/approvals/")
    shown = page(client, f"/approvals/{change.id}/")
    assert "Withdraw" in shown
    assert "Approve</button>" not in shown
    assert client.post(f"/approvals/{change.id}/approve/", {"shown": ""}).status_code == 403
    assert client.post(f"/approvals/{change.id}/withdraw/", headers=HTMX).status_code in {200, 204}
    change.refresh_from_db()
    assert change.status == "withdrawn"


def test_others_do_not_see_it(client: Client, change: ChangeRequest) -> None:
    client.force_login(User.objects.create_user("olga", role="giver"))
    assert "Point add" not in page(client, "/approvals/")
    page(client, f"/approvals/{change.id}/", 404)
    assert client.post(f"/approvals/{change.id}/withdraw/").status_code == 404


@pytest.mark.parametrize(("action", "status"), [("reject", "rejected"), ("return", "changes_requested")])
def test_a_refusal_needs_an_explanation(
    client: Client, change: ChangeRequest, ada: User, action: str, status: str
) -> None:
    client.force_login(ada)
    address = f"/approvals/{change.id}/{action}/"
    assert client.post(address, {"explanation": ""}, headers=HTMX).status_code == 422
    assert client.post(address, {"explanation": "Too much"}, headers=HTMX).status_code in {200, 204}
    change.refresh_from_db()
    assert (change.status, change.explanation) == (status, "Too much")
    assert "Too much" in page(client, f"/approvals/{change.id}/")


def queries(client: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        page(client, path)
    return len(captured)


def test_the_list_asks_the_same_number_of_queries_for_1_and_3_changes(
    client: Client, ann: Customer, change: ChangeRequest, sam: User, ada: User
) -> None:
    client.force_login(ada)
    page(client, "/approvals/")
    one = queries(client, "/approvals/")
    for _ in range(2):
        data: dict[str, Any] = {"points": 5}
        manage_points(customer=ann, action="point_add", data=data, by=Sender(sam, timezone.now()))
    assert queries(client, "/approvals/") == one


def test_an_administrator_says_what_needs_an_approval(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert "Changes of customers by hand" in page(client, "/approvals/rules/")
    answer = client.post("/approvals/rules/", {"kinds": ["customers", "tiers"]}, headers=HTMX)
    assert answer.status_code in {200, 204}
    assert list(ApprovalRule.objects.values_list("kind", flat=True)) == ["customers", "tiers"]
    assert re.search(r'value="tiers"[^>]* checked', page(client, "/approvals/rules/"))
    client.post("/approvals/rules/", {}, headers=HTMX)
    assert not ApprovalRule.objects.exists()


def test_nobody_else_says_what_needs_an_approval(client: Client) -> None:
    client.force_login(User.objects.create_user("dana", role="manager"))
    assert client.post("/approvals/rules/", {"kinds": []}).status_code == 403


def test_a_decision_that_comes_too_late_is_no_success(client: Client, change: ChangeRequest, ada: User) -> None:
    client.force_login(ada)
    approve(client, change)
    answer = client.post(f"/approvals/{change.id}/reject/", {"explanation": "No"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Somebody has decided about this change already." in answer.content.decode()
