"""Two who approve the same change at once make it once; without the lock both would try."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from events.models import Event
from loyalty.approvals import operations
from loyalty.approvals.effects import fingerprint
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.approvals.operations import Decided, approve, foreseen_now
from loyalty.points.operations import manage_points
from loyalty.staff.models import User
from loyalty.staff.roles.models import StaffRole
from loyalty.staff.sender import Sender
from tests.factories import make_customer

pytestmark = pytest.mark.usefixtures("committed_db")


def outcomes_at_once(deeds: list[Callable[[], object]]) -> list[str]:
    barrier, found = threading.Barrier(len(deeds)), list[str]()

    def run(deed: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            deed()
            found.append("approved")
        except Exception as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return sorted(found)


def approved_by_eight() -> list[str]:
    ApprovalRule.objects.create(kind="customers")
    StaffRole.objects.create(slug="giver", name="Giver", rights=["points.manage"])
    sam = User.objects.create_user("sam", role="giver")
    ann = make_customer("ann")
    manage_points(customer=ann, action="point_add", data={"points": 500}, by=Sender(sam, timezone.now()))
    change = ChangeRequest.objects.get()
    reviewers = [User.objects.create_user(f"ada{number}", role="administrator") for number in range(8)]
    shown = fingerprint(foreseen_now(change, Sender(reviewers[0], timezone.now())))

    def decide(user: User) -> None:
        approve(change=change, shown=shown, by=Sender(user, timezone.now())).result()

    return outcomes_at_once([partial(decide, user) for user in reviewers])


def test_eight_who_approve_at_once_make_one_event() -> None:
    assert approved_by_eight() == ["Decided"] * 7 + ["approved"]
    event = Event.objects.get(action="point_add")
    assert ChangeRequest.objects.get().decided_by_id == int(event.source_detail.removeprefix("approved_by:"))


def test_without_the_lock_several_would_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control. Even then the points are given once, since the event has the change's own nonce."""

    def unlocked(change: ChangeRequest) -> Any:
        row = ChangeRequest.objects.select_related("requested_by").get(id=change.id)
        if row.status != "waiting":
            raise Decided
        return row

    monkeypatch.setattr(operations, "_locked", unlocked)
    assert approved_by_eight() != ["Decided"] * 7 + ["approved"]
    assert Event.objects.filter(action="point_add").count() == 1


def asked_by_eight() -> list[str]:
    """One form that is sent eight times at once."""
    ApprovalRule.objects.create(kind="customers")
    StaffRole.objects.create(slug="giver", name="Giver", rights=["points.manage"])
    sam = User.objects.create_user("sam", role="giver")
    ann = make_customer("ann")
    by = Sender(sam, timezone.now(), token="7f6fe2a8")

    def ask() -> None:
        manage_points(customer=ann, action="point_add", data={"points": 500}, by=by)

    return outcomes_at_once([ask] * 8)


def test_a_form_that_is_sent_eight_times_at_once_asks_once() -> None:
    assert asked_by_eight() == ["approved"] * 8
    assert ChangeRequest.objects.count() == 1


def test_without_the_lock_of_requests_some_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the constraint alone answers all but one with an error."""
    monkeypatch.setattr(operations, "_lock_requests", lambda user: None)
    assert "IntegrityError" in asked_by_eight()
    assert ChangeRequest.objects.count() == 1
