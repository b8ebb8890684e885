"""A level set by hand waits where the brand says so, and is set as whoever asked for it once somebody approves."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from events.models import Event
from loyalty.approvals.effects import fingerprint
from loyalty.approvals.enums import ChangeStatus
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.approvals.operations import StateChanged, approve, foreseen_now
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.tiers.profile.operations import change_tier
from loyalty.tiers.rules import CHANGE
from tests.tiers.ladders import done, level, set_up, structure

pytestmark = pytest.mark.django_db
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def ann() -> Customer:
    ApprovalRule.objects.create(kind="customers")
    set_up(structure())
    done("opt_in", NOW, "C-1", first_name="Ann")
    return Customer.objects.get(public_id="C-1")


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", role=Role.ADMINISTRATOR)


def by(user: User) -> Sender:
    return Sender(user, timezone.now())


def ask(ann: Customer, dana: User, to: str = "t1") -> ChangeRequest:
    data: dict[str, Any] = {"structure": "standard", "tier": to, "reason": "Status match"}
    change_tier(customer=ann, data=data, by=by(dana))
    return ChangeRequest.objects.latest("id")


def seen(change: ChangeRequest, ada: User) -> str:
    return fingerprint(foreseen_now(change, by(ada)))


def test_a_level_set_by_hand_waits_and_is_set_when_it_is_approved(ann: Customer, dana: User, ada: User) -> None:
    change = ask(ann, dana)
    assert (change.status, level(NOW)) == (ChangeStatus.WAITING, "t0")
    assert any("T1" in effect["after"] for effect in change.foreseen), change.foreseen

    approve(change=change, shown=seen(change, ada), by=by(ada))

    change.refresh_from_db()
    assert (change.status, level(NOW)) == (ChangeStatus.APPROVED, "t1")
    event = Event.objects.get(customer=ann, action=CHANGE)
    assert (event.staff, event.source_detail) == (dana, f"approved_by:{ada.pk}")


def test_the_dialog_says_that_it_waits(client: Client, ann: Customer, dana: User) -> None:
    client.force_login(dana)
    sent = {"token": uuid4(), "level": "standard/t1", "reason": "Status match"}

    answer = client.post(f"/customers/{ann.id}/tiers/up/", sent, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert "somebody else must approve it" in answer["HX-Trigger"]
    assert (ChangeRequest.objects.count(), level(NOW)) == (1, "t0")


def test_a_level_that_has_changed_meanwhile_is_shown_anew(ann: Customer, dana: User, ada: User) -> None:
    change = ask(ann, dana, "t1")
    shown = seen(change, ada)
    change_tier(customer=ann, data={"structure": "standard", "tier": "t2", "reason": "Error"}, by=by(ada))

    with pytest.raises(StateChanged):
        approve(change=change, shown=shown, by=by(ada))
    assert level(NOW) == "t2"
