"""How many points somebody may change by hand is a limit of their role, whatever page or operation is used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from events.models import Event
from events.operations import add_event, addable_types
from loyalty.engine.events import Incoming
from loyalty.engine.record import record_one
from loyalty.intake.hand import NotByHand
from loyalty.intake.staff import staff_actor
from loyalty.points.by_hand.limits import limits_left
from loyalty.points.operations import manage_points
from loyalty.refusals import Refused
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.sender import Sender
from tests.factories import checkout, make_customer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NONE = {"points_per_action": None, "points_per_day": None, "points_per_customer_and_day": None}


@pytest.fixture
def ann() -> Customer:
    return make_customer("ann", points=10_000)


@pytest.fixture
def bob() -> Customer:
    return make_customer("bob", points=10_000)


@pytest.fixture
def sue() -> User:
    return User.objects.create_user("sue", role=Role.SERVICE_AGENT)


def limit(**columns: int | None) -> None:
    StaffRole.objects.filter(slug=Role.SERVICE_AGENT).update(**(NONE | columns))


def change(customer: Customer, user: User, points: Any, action: str = "point_add", at: datetime | None = None) -> None:
    by = Sender(User.objects.get(pk=user.pk), at or timezone.now())
    manage_points(customer=customer, action=action, data={"points": points, "reason": "x"}, by=by).result()


def by_hand(user: User) -> int:
    return Event.objects.filter(staff=user).count()


def test_one_change_may_not_be_beyond_the_limit(ann: Customer, sue: User) -> None:
    limit(points_per_action=100)
    change(ann, sue, 100)
    for points in (101, "101", 10**9):
        with pytest.raises(NotByHand, match=r"at most 100 points at a time\. Ask somebody with the role"):
            change(ann, sue, points)

    assert (by_hand(sue), AuditEntry.objects.count()) == (1, 1)


def test_a_day_is_summed_up_over_customers_and_actions(ann: Customer, bob: Customer, sue: User) -> None:
    limit(points_per_day=100)
    change(ann, sue, 40)
    change(bob, sue, 30, "point_sub")
    change(bob, sue, 20, "point_spend")
    with pytest.raises(NotByHand, match="at most 100 points a day; 10 are left today"):
        change(ann, sue, 11)
    change(ann, sue, 10)

    assert by_hand(sue) == 4


def test_a_day_of_one_customer_is_apart(ann: Customer, bob: Customer, sue: User) -> None:
    limit(points_per_customer_and_day=50)
    change(ann, sue, 50)
    change(bob, sue, 50)
    with pytest.raises(NotByHand, match="at most 50 points a day for one customer; 0 are left today"):
        change(ann, sue, 1)


def test_the_day_is_one_of_the_programme(ann: Customer, sue: User, settings: Any) -> None:
    """Midnight in Budapest is eleven o'clock in the evening of the day before in UTC."""
    settings.TIME_ZONE = "Europe/Budapest"
    limit(points_per_day=100)
    midnight = datetime(2026, 1, 9, 23, tzinfo=UTC)
    change(ann, sue, 100, at=midnight - timedelta(seconds=1))
    with pytest.raises(NotByHand):
        change(ann, sue, 1, at=midnight - timedelta(microseconds=1))
    change(ann, sue, 100, at=midnight)


def test_what_is_dated_back_counts_today(ann: Customer, sue: User) -> None:
    limit(points_per_day=100)
    by = Sender(sue, timezone.now())
    data = {"points": 100, "reason": "x", "effective_timestamp": "2026-01-01T10:00:00Z"}
    add_event(customer=ann, action="point_add", data=data, by=by)
    with pytest.raises(NotByHand):
        change(ann, sue, 1)


def test_no_limit_is_none(ann: Customer, sue: User) -> None:
    limit()
    change(ann, sue, 10**9)

    assert limits_left(User.objects.get(pk=sue.pk), ann.id, timezone.now()) == []


def test_an_administrator_and_the_operator_have_none(ann: Customer) -> None:
    change(ann, User.objects.create_superuser("root"), 10**9)
    data = {"points": 10**9, "reason": "x"}
    assert manage_points(customer=ann, action="point_add", data=data, by=Sender(None, timezone.now())).result()


def test_others_do_not_use_it_up(ann: Customer, sue: User) -> None:
    limit(points_per_day=100)
    change(ann, User.objects.create_user("tom", role=Role.SERVICE_AGENT), 100)
    change(ann, sue, 100)


def test_adding_the_same_as_an_action_is_no_way_round(ann: Customer, sue: User) -> None:
    limit(points_per_day=100)
    change(ann, sue, 90)
    for action in ("point_add", "point_sub", "point_spend", "point_fix"):
        with pytest.raises(NotByHand):
            add_event(customer=ann, action=action, data={"points": 11, "reason": "x"}, by=Sender(sue, timezone.now()))


def test_whoever_may_add_actions_and_not_change_points_does_not(ann: Customer, sue: User) -> None:
    StaffRole.objects.filter(slug=Role.SERVICE_AGENT).update(rights=["customers.view", "events.record"])
    sue = User.objects.get(pk=sue.pk)
    offered = {row.action for row in addable_types(ann, sue)}

    assert "login" in offered
    assert not offered & {"point_add", "point_sub", "point_spend", "point_fix", "profile", "refund", "checkout_accept"}
    with pytest.raises(PermissionDenied, match="add, deduct or spend points"):
        add_event(customer=ann, action="point_add", data={"points": 1, "reason": "x"}, by=Sender(sue, timezone.now()))


def test_whoever_has_a_limit_does_not_say_what_an_order_earns(ann: Customer, sue: User) -> None:
    data = dict(checkout(ann, "T-1", 10).data) | {"points_rewarded": 10**6}
    with pytest.raises(Refused):
        add_event(customer=ann, action="checkout", data=data, by=Sender(sue, timezone.now()))
    limit()
    free = User.objects.get(pk=sue.pk)
    assert add_event(customer=ann, action="checkout", data=data, by=Sender(free, timezone.now())).result()


def test_the_form_says_what_is_left_and_who_else_may(client: Client, ann: Customer, sue: User) -> None:
    limit(points_per_action=60, points_per_day=100)
    change(ann, sue, 45)
    client.force_login(sue)
    address = f"/customers/{ann.id}/points/manage/"
    page = client.get(address, headers=HTMX).content.decode()
    assert "You may change at most 60 points at a time." in page
    assert "You may change at most 100 points a day; 55 are left today." in page

    sent = {"token": uuid4(), "action": "point_add", "points": 56, "reason": "x"}
    answer = client.post(address, sent, headers=HTMX)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "55 are left today. Ask somebody with the role Administrator or Manager to do it." in page, page


def test_without_limits_the_form_says_nothing_of_them(client: Client, ann: Customer) -> None:
    client.force_login(User.objects.create_user("dana", role=Role.MANAGER))

    assert (
        "You may change at most" not in client.get(f"/customers/{ann.id}/points/manage/", headers=HTMX).content.decode()
    )


def test_the_till_is_not_counted(ann: Customer, sue: User) -> None:
    """An import that somebody has started is theirs, and not by hand."""
    limit(points_per_day=100)
    actor = replace(staff_actor(Sender(sue, timezone.now())), source="import")
    record_one(Incoming("ann", "point_add", {"points": 500}), by=actor, at=timezone.now())
    change(ann, sue, 100)
