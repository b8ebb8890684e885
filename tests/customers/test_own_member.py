"""Nobody acts on the customer who has their own e-mail address, whatever the operation; everybody may look."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from customers.erasure.operations import ban, opt_out
from customers.export.operations import export_data
from customers.life.operations import suspend, unsuspend
from customers.merging.operations import merge_customers
from customers.models import Customer, Note
from customers.notes.operations import add_note, change_note, delete_note
from customers.operations import change_profile, create_customer
from events.models import Event
from events.operations import add_event
from events.transactions.operations import act_on_order
from loyalty.approvals.models import ChangeRequest
from loyalty.approvals.operations import approve, ask_for_changes, reject
from loyalty.points.expiry.changes import change_expiration
from loyalty.points.history.operations import note_export
from loyalty.points.operations import manage_points
from loyalty.staff.audit.deeds import Declared
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.tiers.profile.operations import change_tier
from tests.factories import make_customer
from tests.listing import all_of
from tests.staff.test_declared_operations import writers

pytestmark = pytest.mark.django_db
# What concerns no customer who is there.
OF_NOBODY = {
    "customer.lift_ban", "program.apply", "tiers.save", "import.start", "import.confirm", "import.count_again", "import.cancel",
    "import.download_refused", "audit.export", "customer.view_list", "user.change_password", "approvals.save", "approvals.save_notices", "change.withdraw",
    "role.save", "role.delete", "staff.invite", "staff.withdraw_invitation", "api_key.create", "api_key.add_secret", "api_key.retire_secret", "api_key.revoke",
}  # fmt: skip
OF_ROOMS = all_of("own_member")
OF_NOBODY_IN_ROOMS = sorted(all_of("deeds").keys() - OF_ROOMS.keys())


@pytest.fixture
def ann() -> Customer:
    return make_customer("ann", first_name="Ann", email="Ann.Wells@Example.com", points=100)


@pytest.fixture
def other() -> Customer:
    return make_customer("other")


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", role=Role.ADMINISTRATOR, email=" ann.wells@example.COM ")


@pytest.fixture
def note(ann: Customer, dana: User) -> Note:
    return Note.objects.create(customer=ann, text="Called.", staff=dana, written_at=timezone.now())


def _asked(ann: Customer, by: Sender) -> ChangeRequest:
    """By somebody else."""
    sue = User.objects.get_or_create(username="sue")[0]
    return ChangeRequest.objects.create(
        operation="points.manage", customer_id=ann.id, requested_by=sue, requested_at=by.at
    )


def attempts(ann: Customer, other: Customer, note: Note, by: Sender) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each operation that concerns a customer, by its name in the trail."""
    points = {"points": 1, "reason": "x"}
    yield "change.reject", lambda: reject(change=_asked(ann, by), explanation="x", by=by)
    yield "change.return", lambda: ask_for_changes(change=_asked(ann, by), explanation="x", by=by)
    yield "change.approve", lambda: approve(change=_asked(ann, by), shown="", by=by)
    yield "customer.opt_out", lambda: opt_out(ann, by=by)
    yield "customer.ban", lambda: ban(ann, "fraud", by=by)
    yield "customer.export", lambda: export_data(customer=ann, format="json", by=by)
    yield "customer.suspend", lambda: suspend(customer=ann, reason="", by=by)
    yield "customer.unsuspend", lambda: unsuspend(customer=ann, reason="", by=by)
    yield "customer.merge", lambda: merge_customers(other, ann, kind="duplicate", by=by)
    yield "customer.merge", lambda: merge_customers(ann, other, kind="duplicate", by=by)
    yield "note.add", lambda: add_note(customer=ann, text="x", by=by)
    yield "note.change", lambda: change_note(note=note, text="x", by=by)
    yield "note.delete", lambda: delete_note(note=note, by=by)
    yield "customer.change", lambda: change_profile(customer=ann, changes={"email": "away@example.com"}, by=by)
    yield "customer.change", lambda: change_profile(customer=other, changes={"email": by.user and by.user.email}, by=by)
    yield (
        "customer.create",
        lambda: create_customer(public_id="new", profile={"email": "ann.wells@example.com"}, active=True, by=by),
    )
    yield "event.add", lambda: add_event(customer=ann, action="visit", data={}, by=by)
    yield "order.act", lambda: act_on_order(customer=ann, action="checkout_accept", data={"transaction_id": "1"}, by=by)
    yield "points.change_expiration", lambda: change_expiration(customer=ann, events=[1], day=None, by=by)
    yield "points.export", lambda: note_export(customer=ann, by=by)
    yield "points.manage", lambda: manage_points(customer=ann, action="point_add", data=points, by=by)
    yield "tier.change", lambda: change_tier(customer=ann, data={"structure": "vip", "reason": "x"}, by=by)
    yield from ((name, partial(attempt, ann, by)) for name, attempt in OF_ROOMS.items())


def test_every_operation_about_a_customer_is_refused(ann: Customer, other: Customer, note: Note, dana: User) -> None:
    events = Event.objects.count()
    for name, attempt in attempts(ann, other, note, Sender(dana, timezone.now())):
        with pytest.raises(PermissionDenied, match="your own e-mail address"):
            attempt()
        assert (AuditEntry.objects.count(), Event.objects.count()) == (0, events), name


def test_every_operation_is_in_the_test_above(ann: Customer, other: Customer, note: Note, dana: User) -> None:
    declared: set[Declared] = {function.declared for function in writers().values() if hasattr(function, "declared")}
    tried = {name for name, _ in attempts(ann, other, note, Sender(dana, timezone.now()))}

    assert {one.audit for one in declared} - tried == OF_NOBODY | set(OF_NOBODY_IN_ROOMS)


@pytest.mark.parametrize("name", OF_NOBODY_IN_ROOMS)
def test_what_is_not_tried_above_concerns_no_customer(name: str) -> None:
    all_of("deeds")[name](Sender(User.objects.create_superuser("root-user", password="x"), timezone.now()))

    assert set(AuditEntry.objects.filter(operation=name).values_list("customer_id", flat=True)) == {None}


def test_whoever_has_another_address_or_none_may(ann: Customer) -> None:
    for name, email in (("eve", "eve@example.com"), ("nil", ""), ("blank", " ")):
        user = User.objects.create_user(name, role=Role.MANAGER, email=email)
        note_export(customer=ann, by=Sender(user, timezone.now())).result()

    assert AuditEntry.objects.count() == 3


def test_a_customer_without_an_address_is_nobodys_own(other: Customer) -> None:
    nameless = User.objects.create_user("nil", role=Role.MANAGER)

    assert suspend(customer=other, reason="", by=Sender(nameless, timezone.now())).result()


def test_they_may_look_and_are_offered_nothing(client: Client, ann: Customer, dana: User) -> None:
    client.force_login(dana)
    for path in ("", "personal/", "notes/", "points/", "events/", "transactions/"):
        answer = client.get(f"/customers/{ann.id}/{path}")
        page = answer.content.decode()
        assert answer.status_code == 200, path
        assert "Your own e-mail address" in page
        for offer in (
            "Manage points",
            "Add action",
            "Suspend…",
            "Opt out…",
            "Add note",
            "Save changes",
            "Compare and merge",
        ):
            assert offer not in page, (path, offer)


def test_the_refusal_says_why_where_the_form_is(client: Client, ann: Customer, dana: User) -> None:
    client.force_login(dana)
    form = {"token": "7f6fe2a8-04b7-4f5c-8a15-9f76d1a0a4d1", "reason": "x"}
    answer = client.post(f"/customers/{ann.id}/suspend/", form, headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert "your own e-mail address" in json.loads(answer["HX-Trigger"])["toast"]["text"]
