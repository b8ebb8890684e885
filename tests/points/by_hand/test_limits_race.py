"""Many changes by one person at once never go beyond the limits of their role; without the lock they do."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from customers.models import Customer
from events.models import Event
from loyalty.intake.hand import NotByHand
from loyalty.points.by_hand import limits
from loyalty.points.operations import manage_points
from loyalty.staff.enums import Role
from loyalty.staff.models import StaffRole, User
from loyalty.staff.sender import Sender
from tests.factories import make_customer

pytestmark = pytest.mark.usefixtures("committed_db")
AT_ONCE, POINTS, LIMIT = 64, 10, 165


def at_once(deeds: list[Callable[[], object]]) -> None:
    barrier = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


def given_away() -> tuple[int, int]:
    """What 64 changes of 10 points by one person, each for another customer, come to; and how many were refused."""
    limits_of_role = {"points_per_action": None, "points_per_day": LIMIT, "points_per_customer_and_day": None}
    StaffRole.objects.filter(slug=Role.SERVICE_AGENT).update(**limits_of_role)
    sue = User.objects.create_user("sue", role=Role.SERVICE_AGENT)
    customers = [make_customer(f"C-{number}") for number in range(AT_ONCE)]
    refused: list[Customer] = []

    def change(customer: Customer) -> None:
        by = Sender(User.objects.get(pk=sue.pk), timezone.now())
        try:
            manage_points(customer=customer, action="point_add", data={"points": POINTS, "reason": "x"}, by=by)
        except NotByHand:
            refused.append(customer)

    at_once([partial(change, customer) for customer in customers])
    found = Event.objects.filter(staff=sue).aggregate(sum=Sum("points", default=0))
    return int(found["sum"]), len(refused)


def test_64_changes_at_once_never_exceed_the_limit() -> None:
    assert given_away() == (160, 48)


def test_without_the_lock_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(limits, "lock_changes", lambda user: None)

    assert given_away()[0] > LIMIT
