"""Changes that somebody else must approve: what waits, what approving does, and what is checked anew."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from customers.erasure.operations import opt_out
from customers.life.operations import suspend
from customers.models import Customer
from events.models import Event
from loyalty.approvals import operations
from loyalty.approvals.effects import Effect, fingerprint
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.approvals.operations import (
    Decided,
    StateChanged,
    approve,
    ask_for_changes,
    foreseen_now,
    reject,
    withdraw,
)
from loyalty.engine.events import Incoming
from loyalty.http.origin import Origin
from loyalty.points.ledger.models import Balance
from loyalty.points.operations import manage_points
from loyalty.program.enums import Origin as ProgramOrigin
from loyalty.program.operations import apply_program, compare_program
from loyalty.program.section import Invalid
from loyalty.refusals import Refused
from loyalty.staff.audit.deeds import Done, Waiting
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.models import User
from loyalty.staff.roles.models import StaffRole
from loyalty.staff.sender import Sender
from tests.factories import make_customer, tell

pytestmark = pytest.mark.django_db
HERE = Origin("203.0.113.9", "Firefox/140")
ADDED = Effect("Point add", "", "+500")


@pytest.fixture
def ann() -> Customer:
    return make_customer("ann", first_name="Ann")


@pytest.fixture
def sam() -> User:
    """Manages points and suspends, and reviews nothing."""
    StaffRole.objects.create(
        slug="agent_of_points", name="Agent", rights=["points.manage", "customers.suspend", "customers.view"]
    )
    return User.objects.create_user("sam", role="agent_of_points")


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", role="administrator")


@pytest.fixture(autouse=True)
def rule() -> ApprovalRule:
    return ApprovalRule.objects.create(kind="customers")


def by(user: User, token: str | None = None) -> Sender:
    return Sender(user, timezone.now(), HERE, token)


def ask(customer: Customer, user: User, points: int = 500, token: str | None = None) -> Done[Any] | Waiting:
    return manage_points(
        customer=customer, action="point_add", data={"points": points, "reason": "Sorry"}, by=by(user, token)
    )


def asked(customer: Customer, user: User, points: int = 500) -> ChangeRequest:
    assert isinstance(ask(customer, user, points), Waiting)
    return ChangeRequest.objects.latest("id")


def balance(customer: Customer) -> int:
    found = Balance.objects.filter(customer=customer).first()
    return int(found.spendable) if found else 0


def seen(change: ChangeRequest, user: User) -> str:
    return fingerprint(foreseen_now(change, by(user)))


def approved(change: ChangeRequest, user: User) -> ChangeRequest:
    approve(change=change, shown=seen(change, user), by=by(user)).result()
    change.refresh_from_db()
    return change


# What waits


def test_a_change_waits_and_nothing_is_recorded(ann: Customer, sam: User) -> None:
    change = asked(ann, sam)
    assert (balance(ann), Event.objects.filter(action="point_add").count()) == (0, 0)
    assert (change.status, change.kind, change.operation, change.customer_id) == (
        "waiting",
        "customers",
        "points.manage",
        ann.id,
    )
    assert change.reason == "Sorry"
    assert [Effect(**row) for row in change.foreseen] == [ADDED, Effect("Points of Main account", "0", "500")]


def test_asking_is_in_the_trail_with_address_and_agent(ann: Customer, sam: User) -> None:
    change = asked(ann, sam)
    [entry] = AuditEntry.objects.all()
    assert (entry.operation, entry.staff, entry.subject, entry.customer_id) == (
        "change.request",
        sam,
        f"change:{change.id}",
        ann.id,
    )
    assert (entry.ip_address, entry.user_agent) == HERE


def test_a_form_that_is_sent_twice_asks_once(ann: Customer, sam: User) -> None:
    for _ in range(2):
        assert isinstance(ask(ann, sam, token="7f6fe2a8"), Waiting)
    assert ChangeRequest.objects.count() == 1


def test_what_would_be_refused_is_refused_at_once(ann: Customer, sam: User) -> None:
    with pytest.raises(Refused):
        manage_points(customer=ann, action="point_spend", data={"points": 500}, by=by(sam))
    assert not ChangeRequest.objects.exists()


def test_whoever_reviews_changes_and_whoever_operates_the_server_wait_for_nobody(ann: Customer, ada: User) -> None:
    assert isinstance(ask(ann, ada), Done)
    data = {"points": 5}
    assert isinstance(manage_points(customer=ann, action="point_add", data=data, by=Sender(None, timezone.now())), Done)
    assert balance(ann) == 505


def test_without_a_rule_for_the_kind_nothing_waits(ann: Customer, sam: User, rule: ApprovalRule) -> None:
    rule.delete()
    assert isinstance(ask(ann, sam), Done)


# What approving does


def test_an_approved_change_is_one_event_of_whoever_asked_with_who_approved(
    ann: Customer, sam: User, ada: User
) -> None:
    change = approved(asked(ann, sam), ada)
    event = Event.objects.get(action="point_add")
    assert (balance(ann), event.staff_id, event.source_detail) == (500, sam.id, f"approved_by:{ada.id}")
    assert (change.status, change.decided_by) == ("approved", ada)
    trail = list(AuditEntry.objects.order_by("id").values_list("operation", "staff__username", "subject"))
    assert trail == [
        ("change.request", "sam", f"change:{change.id}"),
        ("points.manage", "sam", f"event:{event.id}"),
        ("change.approve", "ada", f"change:{change.id}"),
    ]


def test_a_decided_change_is_not_decided_again(ann: Customer, sam: User, ada: User) -> None:
    change = asked(ann, sam)
    shown = seen(change, ada)
    approved(change, ada)
    for decide in (
        lambda: approve(change=change, shown=shown, by=by(ada)),
        lambda: reject(change=change, explanation="No", by=by(ada)),
        lambda: ask_for_changes(change=change, explanation="No", by=by(ada)),
        lambda: withdraw(change=change, by=by(sam)),
    ):
        with pytest.raises(Decided):
            decide()
    assert balance(ann) == 500


def test_nobody_decides_about_their_own(ann: Customer, sam: User) -> None:
    change = asked(ann, sam)
    StaffRole.objects.filter(slug="agent_of_points").update(rights=["points.manage", "approvals.review"])
    sam = User.objects.get(id=sam.id)
    for decide in (
        lambda: approve(change=change, shown="", by=by(sam)),
        lambda: reject(change=change, explanation="", by=by(sam)),
        lambda: ask_for_changes(change=change, explanation="", by=by(sam)),
    ):
        with pytest.raises(PermissionDenied, match="Nobody approves their own changes"):
            decide()


def test_nobody_is_said_to_have_approved_their_own_by_the_database(ann: Customer, sam: User) -> None:
    change = asked(ann, sam)
    with pytest.raises(IntegrityError, match="change_is_decided_by_another"), transaction.atomic():
        ChangeRequest.objects.filter(id=change.id).update(status="approved", decided_by=sam, decided_at=timezone.now())


def test_without_the_right_nobody_decides(ann: Customer, sam: User) -> None:
    change = asked(ann, sam)
    other = User.objects.create_user("olga", role="agent_of_points")
    with pytest.raises(PermissionDenied):
        approve(change=change, shown="", by=by(other))


# What is checked anew


def test_a_state_that_has_changed_is_shown_anew(ann: Customer, sam: User, ada: User) -> None:
    change = asked(ann, sam)
    shown = seen(change, ada)
    tell(Incoming("ann", "point_add", {"points": 20}))
    with pytest.raises(StateChanged) as changed:
        approve(change=change, shown=shown, by=by(ada))
    assert changed.value.effects == [ADDED, Effect("Points of Main account", "20", "520")]
    assert balance(ann) == 20
    assert (approved(change, ada).status, balance(ann)) == ("approved", 520)


def test_what_cannot_be_made_any_more_is_closed_with_the_reason(ann: Customer, sam: User, ada: User) -> None:
    suspension = suspend(customer=ann, reason="Chargebacks", by=by(sam))
    assert isinstance(suspension, Waiting)
    change = ChangeRequest.objects.get()
    suspend(customer=ann, reason="", by=by(ada)).result()
    approve(change=change, shown="", by=by(ada)).result()
    change.refresh_from_db()
    assert change.status == "closed"
    assert "suspended" in change.explanation
    assert Event.objects.filter(action="suspend").count() == 1


def test_a_customer_who_was_erased_closes_the_change_and_leaves_nothing_of_it(
    ann: Customer, sam: User, ada: User
) -> None:
    change = asked(ann, sam)
    opt_out(ann, by=by(ada)).result()
    change.refresh_from_db()
    assert (change.status, change.arguments, change.foreseen, change.reason, change.explanation) == (
        "closed",
        {},
        [],
        "",
        "",
    )
    assert change.requested_at.hour == change.requested_at.minute == 0


def test_a_requester_who_has_lost_the_right_closes_the_change(ann: Customer, sam: User, ada: User) -> None:
    change = asked(ann, sam)
    StaffRole.objects.filter(slug="agent_of_points").update(rights=[])
    approve(change=change, shown="", by=by(ada)).result()
    change.refresh_from_db()
    assert (change.status, balance(ann)) == ("closed", 0)


# The other ends


def test_a_rejected_change_is_not_made_and_says_why(ann: Customer, sam: User, ada: User) -> None:
    change = asked(ann, sam)
    reject(change=change, explanation="Too much", by=by(ada)).result()
    change.refresh_from_db()
    assert (change.status, change.explanation, change.decided_by, balance(ann)) == ("rejected", "Too much", ada, 0)


def test_a_change_that_is_sent_back_can_be_asked_for_again_otherwise(ann: Customer, sam: User, ada: User) -> None:
    change = asked(ann, sam)
    ask_for_changes(change=change, explanation="200 are enough", by=by(ada)).result()
    again = approved(asked(ann, sam, 200), ada)
    change.refresh_from_db()
    assert (change.status, again.status, balance(ann)) == ("changes_requested", "approved", 200)


def test_only_who_asked_withdraws(ann: Customer, sam: User, ada: User) -> None:
    change = asked(ann, sam)
    with pytest.raises(PermissionDenied):
        withdraw(change=change, by=by(ada))
    withdraw(change=change, by=by(sam)).result()
    change.refresh_from_db()
    assert change.status == "withdrawn"


# Other kinds


def test_a_program_file_waits_with_its_differences(sam: User, ada: User) -> None:
    ApprovalRule.objects.create(kind="program")
    applier = User.objects.create_user("paul", role="administrator")
    assert isinstance(apply_program({"settings": {"brand_name": "A"}}, by=by(applier)), Done)

    # Whoever applies files is an administrator, who reviews too: so the call is kept by hand.
    def nobody_reviews(user: User, right: Any) -> bool:
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "may", nobody_reviews)
        waiting = apply_program({"settings": {"brand_name": "B"}}, by=by(applier), origin=ProgramOrigin.FILE)
    assert isinstance(waiting, Waiting)
    change = ChangeRequest.objects.get()
    assert change.foreseen == [
        {"label": "settings.brand_name", "before": '"A"', "after": '"B"'},
        {"label": "Origin", "before": "", "after": "Program file"},
    ]
    assert approved(change, ada).status == "approved"


def test_a_kind_that_nobody_knows_is_refused_in_the_file() -> None:
    with pytest.raises(Invalid, match=r"must be one of coupon_pools, customers, .*tiers"):
        apply_program({"approvals": [{"kind": "weather"}]}, by=Sender(None, timezone.now()))


def test_the_file_switches_kinds_on_and_off() -> None:
    apply_program({"approvals": [{"kind": "tiers"}]}, by=Sender(None, timezone.now()))
    assert list(ApprovalRule.objects.values_list("kind", flat=True)) == ["tiers"]


# The database


@pytest.mark.parametrize("change", ["reason = 'x'", "arguments = '{}'", "customer_id = NULL", "operation = 'x'"])
def test_what_was_asked_for_stays_as_it_was(ann: Customer, sam: User, change: str) -> None:
    asked(ann, sam)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE approvals_changerequest SET {change}")


def test_no_change_is_deleted(ann: Customer, sam: User) -> None:
    asked(ann, sam)
    with pytest.raises(ProgrammingError, match="is refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM approvals_changerequest")


def test_a_token_asks_once_for_each(ann: Customer, sam: User) -> None:
    token = str(uuid4())
    ask(ann, sam, token=token)
    again = ChangeRequest.objects.get()
    again.pk = None
    with pytest.raises(IntegrityError, match="change_asked_for_once"), transaction.atomic():
        again.save(force_insert=True)


def test_a_program_file_of_a_version_that_is_gone_is_closed_in_words(ada: User) -> None:
    ApprovalRule.objects.create(kind="program")
    paul = User.objects.create_user("paul", role="administrator")
    base = compare_program({}).version
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "may", lambda user, right: False)
        apply_program({"settings": {"brand_name": "B"}}, by=by(paul), base=base)
    change = ChangeRequest.objects.get()
    apply_program({"settings": {"brand_name": "C"}}, by=Sender(None, timezone.now()))
    approve(change=change, shown="", by=by(ada)).result()
    change.refresh_from_db()
    assert (change.status, change.explanation) == ("closed", "What it depends on has changed meanwhile.")
