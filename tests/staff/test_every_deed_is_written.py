"""Every declared operation, done once: its row names who, from which address and with which browser, and has a label."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from customers.directory.operations import note_list_view
from customers.erasure.operations import ban, lift_ban, opt_out
from customers.export.operations import export_data
from customers.life.operations import suspend, unsuspend
from customers.merging.operations import merge_customers
from customers.models import Customer
from customers.notes.operations import add_note, change_note, delete_note
from customers.operations import change_profile, create_customer
from events.models import Event
from events.operations import add_event
from events.transactions.operations import act_on_order
from loyalty.api.keys.operations import add_secret, create_api_key, retire_secret, revoke
from loyalty.approvals.effects import fingerprint
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.approvals.notices.enums import NoticeMode
from loyalty.approvals.notices.operations import save_choice
from loyalty.approvals.operations import approve, ask_for_changes, foreseen_now, reject, save_rules, withdraw
from loyalty.http.origin import Origin
from loyalty.people.operations import delete_role, save_role
from loyalty.points.expiry.changes import change_expiration
from loyalty.points.history.operations import note_export as export_points
from loyalty.points.operations import manage_points
from loyalty.program.operations import apply_program
from loyalty.staff.audit.enums import Note
from loyalty.staff.audit.kinds import operation_labels
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.invitations.models import Invitation
from loyalty.staff.invitations.operations import invite, withdraw_invitation
from loyalty.staff.login.operations import change_password
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.tiers.enums import Way
from loyalty.tiers.profile.operations import change_tier
from loyalty.tiers.structures.operations import save_structure
from loyalty.trail.operations import note_export
from loyalty.transfer.enums import JobStatus, Model
from loyalty.transfer.models import ImportJob
from loyalty.transfer.operations import cancel_import, confirm_import, count_again, note_download, start_import
from tests.factories import make_customer, make_order
from tests.listing import all_of
from tests.staff.test_declared_operations import writers
from tests.tiers.ladders import set_up, structure

pytestmark = pytest.mark.django_db
HERE = Origin("203.0.113.9", "Firefox/140")
CASHIER = {"id": "cashier", "name": "Cashier", "rights": ["customers.view"]}
ROWS = b"_id,action\nann,login\n"


def ann(**profile: Any) -> Customer:
    return make_customer("ann", points=100, at=timezone.now(), **profile)


def key(by: Sender) -> Any:
    return create_api_key(name="Till", by=by).result()[0]


def tier(by: Sender) -> Any:
    set_up(structure())
    return change_tier(customer=ann(), data={"structure": "standard", "tier": "t1", "reason": "Match"}, by=by)


def upload(by: Sender, **more: Any) -> ImportJob:
    return start_import(model=Model.EVENTS.value, name="fair.csv", content=[ROWS], by=by, **more).result()


def waiting(by: Sender) -> ImportJob:
    job = upload(by)
    ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.UPLOADED)
    return job


def imported(by: Sender) -> ImportJob:
    job = upload(by)
    ImportJob.objects.filter(pk=job.pk).update(status=JobStatus.FINISHED, finished_at=timezone.now(), already_there=1)
    return job


def merged(by: Sender) -> Any:
    return merge_customers(ann(), make_customer("bob"), kind="partial", by=by)


def expiration(by: Sender) -> Any:
    customer = ann()
    events = list(Event.objects.filter(customer=customer, action="point_add").values_list("id", flat=True))
    day = timezone.localdate() + dt.timedelta(days=30)
    return change_expiration(customer=customer, events=events, day=day, by=by)


def unbanned(by: Sender) -> Any:
    ban(ann(), "fraud", by=by)
    return lift_ban("ann", by=by)


def note(by: Sender) -> Any:
    return add_note(customer=ann(), text="Called.", by=by).result()


def unsuspended(by: Sender) -> Any:
    customer = ann()
    suspend(customer=customer, reason="", by=by)
    return unsuspend(customer=customer, reason="", by=by)


def retired(by: Sender) -> Any:
    made = key(by)
    add_secret(made, by=by)
    return retire_secret(made, 1, by=by)


def role_deleted(by: Sender) -> Any:
    save_role(item=CASHIER, shown=None, by=by)
    return delete_role(slug="cashier", by=by)


def invited(by: Sender) -> int:
    invite(role=Role.ANALYST, email="sue@example.com", by=by)
    return Invitation.objects.latest("id").pk


def agent() -> User:
    return User.objects.get_or_create(username="sam", role=Role.SERVICE_AGENT)[0]


def asked(by: Sender) -> ChangeRequest:
    """Somebody else asks for points."""
    ApprovalRule.objects.create(kind="customers")
    add = {"points": 5, "reason": "x"}
    manage_points(customer=ann(), action="point_add", data=add, by=Sender(agent(), by.at, HERE))
    return ChangeRequest.objects.get()


def approved(by: Sender) -> Any:
    change = asked(by)
    return approve(change=change, shown=fingerprint(foreseen_now(change, by)), by=by)


def withdrawn(by: Sender) -> Any:
    """By whoever asked: here the sender, who had lost the right to review."""
    assert by.user
    change = ChangeRequest.objects.create(operation="points.manage", requested_by=by.user, requested_at=by.at)
    return withdraw(change=change, by=by)


def order(by: Sender) -> Any:
    make_order(customer := ann(), "T-1")
    return act_on_order(customer=customer, action="refund", data={"transaction_id": "T-1"}, by=by)


DONE: dict[str, Callable[[Sender], Any]] = {
    "api_key.create": key,
    "api_key.add_secret": lambda by: add_secret(key(by), by=by),
    "api_key.retire_secret": retired,
    "api_key.revoke": lambda by: revoke(key(by), by=by),
    "approvals.save": lambda by: save_rules(kinds=["customers"], by=by),
    "approvals.save_notices": lambda by: save_choice(mode=NoticeMode.DIGEST, hours=6, by=by),
    "audit.export": lambda by: note_export(filters=["staff"], by=by),
    "change.approve": approved,
    "change.reject": lambda by: reject(change=asked(by), explanation="No", by=by),
    "change.return": lambda by: ask_for_changes(change=asked(by), explanation="Less", by=by),
    "change.withdraw": withdrawn,
    "customer.ban": lambda by: ban(ann(), "fraud", by=by),
    "customer.change": lambda by: change_profile(customer=ann(), changes={"first_name": "Anna"}, by=by),
    "customer.create": lambda by: create_customer(public_id="ann", profile={}, active=True, by=by),
    "customer.export": lambda by: export_data(customer=ann(), format="json", by=by),
    "customer.lift_ban": unbanned,
    "customer.merge": merged,
    "customer.opt_out": lambda by: opt_out(ann(), by=by),
    "customer.suspend": lambda by: suspend(customer=ann(), reason="", by=by),
    "customer.unsuspend": unsuspended,
    "customer.view_list": lambda by: note_list_view(rows=25, leafing=True, by=by),
    "event.add": lambda by: add_event(customer=ann(), action="login", data={}, by=by),
    "import.cancel": lambda by: cancel_import(job_id=upload(by).pk, by=by),
    "import.confirm": lambda by: confirm_import(job_id=waiting(by).pk, by=by),
    "import.count_again": lambda by: count_again(job_id=imported(by).pk, by=by),
    "import.download_refused": lambda by: note_download(job=upload(by), by=by),
    "import.start": upload,
    "note.add": note,
    "note.change": lambda by: change_note(note=note(by), text="Called twice.", by=by),
    "note.delete": lambda by: delete_note(note=note(by), by=by),
    "order.act": order,
    "points.change_expiration": expiration,
    "points.export": lambda by: export_points(customer=ann(), by=by),
    "points.manage": lambda by: manage_points(customer=ann(), action="point_add", data={"points": 5}, by=by),
    "program.apply": lambda by: apply_program({"settings": {"brand_name": "Shop"}}, by=by),
    "role.delete": role_deleted,
    "role.save": lambda by: save_role(item=CASHIER, shown=None, by=by),
    "staff.invite": invited,
    "staff.withdraw_invitation": lambda by: withdraw_invitation(id=invited(by), by=by),
    "tier.change": tier,
    "tiers.save": lambda by: save_structure(item=structure(), way=Way.NEW, by=by),
    "user.change_password": lambda by: change_password(password="four words which stay", by=by),
    **all_of("deeds"),
}


@pytest.fixture
def sender(settings: Any, tmp_path: Any) -> Sender:
    settings.LOYALTY_DATA = tmp_path
    return Sender(User.objects.create_superuser("root-user", password="x"), timezone.now(), HERE)


def test_each_declared_operation_is_done_below() -> None:
    assert {one.declared.audit for one in writers().values() if hasattr(one, "declared")} == set(DONE)


@pytest.mark.parametrize("name", DONE)
def test_what_is_done_is_written_down_with_address_and_browser(sender: Sender, name: str) -> None:
    DONE[name](sender)

    entry = AuditEntry.objects.filter(operation=name).latest("id")
    assert (entry.staff, entry.at, entry.ip_address, entry.user_agent) == (sender.user, sender.at, *HERE)
    assert entry.customer_id or entry.subject or entry.after


def test_each_operation_and_each_note_has_a_label_and_no_label_is_for_nothing() -> None:
    assert set(operation_labels()) == {*DONE, *Note}


def test_two_operations_are_not_called_alike() -> None:
    labels = [str(label) for label in operation_labels().values()]
    assert len(set(labels)) == len(labels)


def test_a_manager_can_do_what_is_declared_for_managers(sender: Sender) -> None:
    """The control: the rows above do not come of being an administrator."""
    dana = Sender(User.objects.create_user("dana", role=Role.MANAGER), timezone.now(), HERE)
    DONE["customer.change"](dana)
    assert AuditEntry.objects.get(operation="customer.change").staff == dana.user
