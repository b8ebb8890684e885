"""Who hears of changes: the count in the sidebar, the e-mails of those who review, and what became of one's own change."""

import datetime as dt
import re
from collections.abc import Callable
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from loyalty.approvals.effects import fingerprint
from loyalty.approvals.models import ApprovalRule, ChangeRequest
from loyalty.approvals.notices.enums import NoticeMode
from loyalty.approvals.notices.operations import save_choice, send_notices
from loyalty.approvals.notices.queries import MOST_COUNTED, count_for
from loyalty.approvals.operations import approve, ask_for_changes, foreseen_now, reject, withdraw
from loyalty.points.operations import manage_points
from loyalty.staff.models import User
from loyalty.staff.roles.models import StaffRole
from loyalty.staff.sender import Sender
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ann() -> Customer:
    ApprovalRule.objects.create(kind="customers")
    return make_customer("ann", first_name="Ann")


@pytest.fixture
def sam() -> User:
    StaffRole.objects.create(slug="giver", name="Giver", rights=["points.manage", "customers.view"])
    return User.objects.create_user("sam", email="sam@example.com", role="giver")


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", email="ada@example.com", role="administrator")


@pytest.fixture
def posted(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com"


def by(user: User, at: dt.datetime = NOW) -> Sender:
    return Sender(user, at)


def ask(ann: Customer, sam: User, at: dt.datetime = NOW, points: int = 500) -> ChangeRequest:
    data = {"points": points, "reason": "Late delivery"}
    manage_points(customer=ann, action="point_add", data=data, by=by(sam, at))
    return ChangeRequest.objects.latest("id")


def shown(client: Client, user: User) -> str:
    """What stands beside the entry of the sidebar."""
    client.force_login(user)
    page = client.get("/approvals/").content.decode()
    found = re.search(r'href="/approvals/"[^>]*>.*?</a>', page, re.S)
    assert found
    return "".join(re.findall(r'class="count push">(\d+)', found[0]))


def sent() -> list[tuple[list[str], str]]:
    return [(one.to, one.subject.partition(": ")[2]) for one in mail.outbox]


def test_what_waits_is_counted_beside_the_entry_of_those_who_may_approve(
    client: Client, ann: Customer, sam: User, ada: User
) -> None:
    assert shown(client, ada) == ""
    for _ in range(2):
        change = ask(ann, sam)

    assert (shown(client, ada), shown(client, sam)) == ("2", "")
    withdraw(change=change, by=by(sam))
    assert shown(client, ada) == "1"


def test_what_one_asks_for_oneself_is_not_counted(ann: Customer, sam: User) -> None:
    ask(ann, sam)
    StaffRole.objects.filter(slug="giver").update(rights=["points.manage", "approvals.review"])

    assert count_for(User.objects.get(pk=sam.pk)) == 0


def test_nobody_counts_beyond_a_hundred(ann: Customer, sam: User, ada: User) -> None:
    row = ask(ann, sam)
    ChangeRequest.objects.bulk_create(
        ChangeRequest(operation=row.operation, kind=row.kind, requested_by=sam, requested_at=NOW) for _ in range(150)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert count_for(ada) == MOST_COUNTED
    assert len(queries) == 3, "the role, what waits, what was decided"


@pytest.mark.parametrize("decide", [reject, ask_for_changes])
def test_whoever_asked_hears_of_the_decision_until_they_look_at_it(
    client: Client, ann: Customer, sam: User, ada: User, decide: Callable[..., Any]
) -> None:
    change = ask(ann, sam)
    decide(change=change, explanation="Too many", by=by(ada))

    assert shown(client, sam) == "1"
    assert ">New<" in client.get("/approvals/").content.decode()
    assert "Too many" in client.get(f"/approvals/{change.id}/").content.decode()
    assert shown(client, sam) == ""
    assert ">New<" not in client.get("/approvals/").content.decode()


def test_what_an_administrator_looks_at_is_not_read_by_whoever_asked(
    client: Client, ann: Customer, sam: User, ada: User
) -> None:
    change = ask(ann, sam)
    approve(change=change, shown=fingerprint(foreseen_now(change, by(ada))), by=by(ada))
    client.force_login(ada)
    client.get(f"/approvals/{change.id}/")

    assert shown(client, sam) == "1"


def test_a_change_that_is_withdrawn_is_no_news(client: Client, ann: Customer, sam: User) -> None:
    withdraw(change=ask(ann, sam), by=by(sam))
    assert shown(client, sam) == ""


@pytest.mark.usefixtures("posted")
def test_each_waiting_change_is_told_by_mail_once(ann: Customer, sam: User, ada: User) -> None:
    ask(ann, sam)
    assert send_notices(at=NOW + HOUR) == 1
    assert send_notices(at=NOW + 2 * HOUR) == 0
    for _ in range(2):
        ask(ann, sam, NOW + 3 * HOUR)
    send_notices(at=NOW + 4 * HOUR)

    assert sent() == [
        (["ada@example.com"], "1 change waits for your approval."),
        (["ada@example.com"], "2 changes wait for your approval."),
    ]
    assert not [one for one in mail.outbox if "ann" in one.body.lower() or "Late" in one.body]


@pytest.mark.usefixtures("posted")
def test_a_digest_comes_after_so_many_hours(ann: Customer, sam: User, ada: User) -> None:
    save_choice(mode=NoticeMode.DIGEST, hours=6, by=by(ada))
    ask(ann, sam)
    send_notices(at=NOW + HOUR)
    for hours in (1, 2):
        ask(ann, sam, NOW + HOUR + hours * HOUR)
    assert send_notices(at=NOW + 6 * HOUR) == 0
    assert send_notices(at=NOW + 7 * HOUR) == 1
    assert [subject for _to, subject in sent()] == [
        "1 change waits for your approval.",
        "2 changes wait for your approval.",
    ]


@pytest.mark.usefixtures("posted")
def test_who_wants_none_gets_none(ann: Customer, sam: User, ada: User) -> None:
    save_choice(mode=NoticeMode.NEVER, hours=24, by=by(ada))
    save_choice(mode=NoticeMode.NEVER, hours=24, by=by(sam))
    reject(change=ask(ann, sam), explanation="No", by=by(ada))
    ask(ann, sam)

    assert send_notices(at=NOW + HOUR) == 0
    save_choice(mode=NoticeMode.EACH, hours=24, by=by(sam))
    assert send_notices(at=NOW + 2 * HOUR) == 0, "what was decided before is not news any more"


@pytest.mark.usefixtures("posted")
def test_whoever_asked_hears_of_the_decision_by_mail(ann: Customer, sam: User, ada: User) -> None:
    reject(change=ask(ann, sam), explanation="No", by=by(ada))
    send_notices(at=NOW + HOUR)
    send_notices(at=NOW + 2 * HOUR)

    assert sent() == [(["sam@example.com"], "A change that you requested has been decided.")]


def test_without_a_server_for_mail_nothing_is_sent(ann: Customer, sam: User, ada: User) -> None:
    ask(ann, sam)
    assert send_notices(at=NOW + HOUR) == 0
    assert mail.outbox == []


@pytest.mark.usefixtures("posted")
def test_what_cannot_be_sent_is_tried_again(
    ann: Customer, sam: User, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(ann, sam)

    def fails(*args: Any) -> None:
        raise SMTPException

    with monkeypatch.context() as patch:
        patch.setattr("loyalty.approvals.notices.operations.send_mail", fails)
        assert send_notices(at=NOW + HOUR) == 0
    assert send_notices(at=NOW + 2 * HOUR) == 1


def test_one_chooses_in_a_dialog(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert "No e-mails are sent" in client.get("/approvals/notices/", headers=HTMX).content.decode()

    answer = client.post("/approvals/notices/", {"mode": "digest", "hours": "12"}, headers=HTMX)
    assert answer.status_code == 204
    assert 'value="12"' in client.get("/approvals/notices/", headers=HTMX).content.decode()
    assert client.post("/approvals/notices/", {"mode": "digest", "hours": "0"}, headers=HTMX).status_code == 422


def test_asking_again_is_tied_to_what_was_sent_back(client: Client, ann: Customer, sam: User, ada: User) -> None:
    first = ask(ann, sam)
    ask_for_changes(change=first, explanation="At most 300", by=by(ada))
    second = ask(ann, sam, points=300)
    third = ask(ann, sam, points=200)

    assert (second.earlier, third.earlier) == (first, None)
    client.force_login(ada)
    page = client.get(f"/approvals/{second.id}/").content.decode()
    assert "At most 300" in page
    assert f'href="/approvals/{first.id}/"' in page
    assert f'href="/approvals/{second.id}/"' in client.get(f"/approvals/{first.id}/").content.decode()


def test_a_rejected_change_or_one_of_another_customer_is_no_earlier_one(ann: Customer, sam: User, ada: User) -> None:
    reject(change=ask(ann, sam), explanation="No", by=by(ada))
    ask_for_changes(change=ask(make_customer("bob"), sam), explanation="Less", by=by(ada))

    assert ask(ann, sam).earlier is None


def test_the_database_lets_nobody_change_what_was_the_earlier_one(ann: Customer, sam: User, ada: User) -> None:
    first, second = ask(ann, sam), ask(ann, sam)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=second.pk).update(earlier=first)


def test_a_choice_is_the_users_own(client: Client, ada: User, sam: User) -> None:
    save_choice(mode=NoticeMode.DIGEST, hours=3, by=by(sam, timezone.now()))
    client.force_login(ada)
    assert 'value="24"' in client.get("/approvals/notices/", headers=HTMX).content.decode()
