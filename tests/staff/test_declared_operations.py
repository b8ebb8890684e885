"""Whatever staff do is declared: checked, done and written into the trail as one."""

import ast
from importlib import import_module
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from customers.life.operations import suspend
from customers.models import Customer, Note
from customers.notes.operations import add_note, change_note, delete_note
from customers.operations import change_profile
from customers.rights import EDIT_CUSTOMERS
from loyalty.engine.mechanism import Outcome
from loyalty.http.origin import Origin
from loyalty.intake.staff import deed_of, record_by_hand
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Declared, Deed, NotDoneYet, Waiting, operation
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.sender import Sender
from loyalty.ui.middleware import waiting_operations
from tests.factories import checkout, make_customer, tell
from tests.house.sources import modules, tree_of

# Writers that know who asks, and are no operations: why.
EXCEPTIONS = {
    "loyalty.approvals.operations.foreseen_now": "tries what was asked for, and rolls it back",
    "loyalty.approvals.notices.operations.mark_read": "that somebody has looked at what became of their own change",
    "customers.notes.operations.may_delete": "asks, and writes nothing",
    "events.operations.addable_types": "reads, and writes nothing",
    "loyalty.program.operations.program_change": "around a form's saving; the version that it keeps names who made it",
    "loyalty.program.operations.save_version": "keeps a version, which names who made it",
}
HERE = Origin("203.0.113.9", "Firefox/140")


def writers() -> dict[str, Any]:
    """The public functions that take a member of the staff or a sender, of all modules named operations or changes."""
    found = {}
    for name in modules():
        if name.rpartition(".")[2] not in {"operations", "changes"}:
            continue
        module = import_module(name)
        for node in tree_of(modules()[name]).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _takes_staff(node):
                found[f"{name}.{node.name}"] = getattr(module, node.name)
    return found


def _takes_staff(node: ast.FunctionDef) -> bool:
    hints = [ast.unparse(one.annotation) for one in (*node.args.args, *node.args.kwonlyargs) if one.annotation]
    return any(word in hint.replace("|", " ").split() for hint in hints for word in ("User", "Sender"))


def test_every_writer_of_staff_is_declared() -> None:
    undeclared = {name for name, function in writers().items() if not hasattr(function, "declared")}

    assert undeclared == set(EXCEPTIONS)


def test_every_operation_has_a_name_of_its_own_in_the_trail() -> None:
    declared = [function.declared for function in writers().values() if hasattr(function, "declared")]

    assert len(declared) > 20
    assert len({one.audit for one in declared}) == len(declared)
    assert {type(one) for one in declared} == {Declared}


def test_nothing_but_operations_records_by_hand() -> None:
    """A page that did would write no trail."""
    asking = {name for name in modules() if "record_by_hand" in modules()[name].read_text()}

    assert {name.rpartition(".")[2] for name in asking - {"loyalty.intake.staff"}} == {"operations", "changes"}


@pytest.fixture
def dana(db: None) -> User:
    return User.objects.create_user("dana", role=Role.MANAGER)


@pytest.fixture
def ann(db: None) -> Customer:
    return make_customer("ann", first_name="Ann", nickname="Annie")


def entries() -> list[tuple[Any, ...]]:
    names = ("operation", "staff__username", "customer_id", "reason", "before", "after")
    return list(AuditEntry.objects.exclude(operation="login.succeed").order_by("id").values_list(*names))


def test_an_edit_keeps_old_and_new_values_and_where_it_came_from(ann: Customer, dana: User) -> None:
    at = timezone.now()
    changes = {"first_name": "Anna", "nickname": None, "shoe": 39, "referrer": "someone"}
    outcome = change_profile(customer=ann, changes=changes, by=Sender(dana, at, HERE)).result()

    before = {"first_name": "Ann", "nickname": "Annie", "shoe": None}
    after = {"first_name": "Anna", "nickname": None, "shoe": 39}
    assert entries() == [("customer.change", "dana", ann.id, "", before, after)]
    entry = AuditEntry.objects.get()
    assert (entry.at, entry.ip_address, entry.user_agent) == (at, *HERE)
    assert entry.subject == f"event:{outcome.events[0].id}"
    event = outcome.events[0]
    assert (event.ip_address, event.user_agent) == HERE


def test_a_secret_is_not_kept_in_the_trail(ann: Customer, dana: User) -> None:
    change_profile(customer=ann, changes={"facebook_access_token": "s3cret"}, by=Sender(dana, timezone.now()))

    assert entries() == [("customer.change", "dana", ann.id, "", {}, {})]


def test_the_page_keeps_address_and_browser(client: Client, ann: Customer, dana: User) -> None:
    client.force_login(dana)
    form = {"token": "7f6fe2a8-04b7-4f5c-8a15-9f76d1a0a4d1", "reason": "Chargebacks"}
    path = f"/customers/{ann.id}/suspend/"
    answer = client.post(path, form, HTTP_USER_AGENT="Firefox/140", REMOTE_ADDR="203.0.113.9")

    assert answer.status_code == 302
    assert entries() == [("customer.suspend", "dana", ann.id, "Chargebacks", {}, {})]
    entry = AuditEntry.objects.get(operation="customer.suspend")
    assert (entry.ip_address, entry.user_agent) == HERE


def test_what_is_refused_leaves_no_row(ann: Customer, dana: User) -> None:
    suspend(customer=ann, reason="", by=Sender(dana, timezone.now()))
    with pytest.raises(Refused):
        suspend(customer=ann, reason="again", by=Sender(dana, timezone.now()))

    assert AuditEntry.objects.count() == 1


def test_whoever_lacks_the_right_does_nothing(ann: Customer) -> None:
    reader = User.objects.create_user("sam", role=Role.READ_ONLY)
    with pytest.raises(PermissionDenied):
        suspend(customer=ann, reason="", by=Sender(reader, timezone.now()))

    assert entries() == []
    assert Customer.objects.get().status == "active"


def test_a_deed_that_cannot_be_written_down_is_not_done(ann: Customer, dana: User) -> None:
    @operation(right=EDIT_CUSTOMERS, audit="x" * 61)
    def suspend_unrecorded(*, by: Sender) -> Deed[Outcome]:
        return deed_of(record_by_hand("ann", "suspend", {}, by=by))

    with pytest.raises(DataError):
        suspend_unrecorded(by=Sender(dana, timezone.now()))

    assert Customer.objects.get().status == "active"


def test_notes_keep_what_they_said(ann: Customer, dana: User) -> None:
    by = Sender(dana, timezone.now())
    note = add_note(customer=ann, text="Called.", by=by).result()
    change_note(note=note, text="Called twice.", by=by)
    delete_note(note=note, by=by)
    delete_note(note=note, by=by)

    assert [(one[0], *one[4:]) for one in entries()] == [
        ("note.add", {}, {"text": "Called."}),
        ("note.change", {"text": "Called."}, {"text": "Called twice."}),
        ("note.delete", {"text": "Called twice."}, {}),
    ]
    assert not Note.objects.exists()


def test_a_till_writes_no_trail(ann: Customer) -> None:
    tell(checkout(ann, "T-1", 40))

    assert entries() == []


@pytest.mark.django_db
def test_a_page_whose_operation_waits_says_so(client: Client) -> None:
    """Nothing waits yet; pages need not change on the day when something does."""
    page = waiting_operations(lambda request: HttpResponse())
    with pytest.raises(NotDoneYet) as waiting:
        Waiting().result()
    request = client.get("/login/", HTTP_HX_REQUEST="true").wsgi_request
    answer = page.process_exception(request, waiting.value)  # type: ignore[attr-defined]
    assert answer.status_code == 204
    assert "somebody else must approve it" in answer["HX-Trigger"]
    request = client.get("/login/").wsgi_request
    answer = page.process_exception(request, waiting.value)  # type: ignore[attr-defined]
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert [str(one) for one in get_messages(request)] == ["Not done yet: somebody else must approve it first."]
    assert page.process_exception(request, ValueError()) is None  # type: ignore[attr-defined]
