"""An invitation is a link that makes one account, once, within three days."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from loyalty.http.origin import NOWHERE
from loyalty.people.operations import RoleInUse, delete_role
from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.invitations.operations import NoInvitation, accept_invitation, invite
from loyalty.staff.models import Invitation, User
from loyalty.staff.sender import Sender
from loyalty.staff.tasks import clear_sessions

PASSWORD = "a rather long one, this"
NEW = {"username": "sue", "first_name": "Sue", "last_name": "Ray", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada")


def link_of(ada: User, role: str = Role.ANALYST) -> str:
    office = Client()
    office.force_login(ada)
    page = office.post("/invitations/", {"email": "sue@example.com", "role": role}).content.decode()
    [path] = set(re.findall(r"http://testserver(/invitation/[^<\"]+)", page))
    return str(path)


def accept(client: Client, path: str, **changes: str) -> Any:
    client.get(path)
    return client.post("/invitation/", NEW | changes)


def test_the_link_makes_an_account_with_the_role(client: Client, ada: User) -> None:
    path = link_of(ada)
    opened = client.get(path)
    assert (opened.status_code, opened["Location"]) == (302, "/invitation/"), "the address does not keep the token"
    assert "Analyst" in client.get("/invitation/").content.decode()
    answer = client.post("/invitation/", NEW)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    sue = User.objects.get(username="sue")
    assert (sue.role, sue.email, sue.is_superuser, str(sue)) == ("analyst", "sue@example.com", False, "Sue Ray")
    assert sue.check_password(PASSWORD)
    assert client.get("/customers/").context["user"] == sue, "signed in"
    entries = AuditEntry.objects.filter(subject__startswith="invitation:")
    assert set(entries.values_list("operation", "staff__username")) == {
        ("staff.invite", "ada"), ("staff.accept_invitation", "sue"),
    }  # fmt: skip


def test_it_does_so_once(client: Client, ada: User) -> None:
    path = link_of(ada)
    accept(client, path)
    again = accept(Client(), path, username="eve")

    assert again.status_code == 404
    assert "This link can no longer be used" in again.content.decode()
    assert not User.objects.filter(username="eve").exists()


def test_the_database_does_not_know_the_link(ada: User) -> None:
    token = link_of(ada).split("/")[2]

    assert token not in str(list(Invitation.objects.values_list()))
    assert token not in str(list(AuditEntry.objects.values_list()))
    assert token not in str(list(Session.objects.values_list("session_data")))


def test_after_three_days_it_makes_none(client: Client, ada: User) -> None:
    path = link_of(ada)
    assert Invitation.objects.get().expires_at - Invitation.objects.get().invited_at == timedelta(days=3)
    Invitation.objects.update(expires_at=timezone.now())

    assert accept(client, path).status_code == 404
    clear_sessions()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": Role.MANAGER, "is_staff": False, "is_superuser": False}]
)
def test_of_somebody_who_may_not_invite_any_more_it_makes_none(
    client: Client, ada: User, change: dict[str, Any]
) -> None:
    path = link_of(ada)
    User.objects.filter(pk=ada.pk).update(**change)

    assert accept(client, path).status_code == 404


def test_it_can_be_withdrawn(client: Client, ada: User) -> None:
    path = link_of(ada)
    office = Client()
    office.force_login(ada)
    assert "sue@example.com" in office.get("/invitations/").content.decode()
    assert office.post(f"/invitations/{Invitation.objects.get().pk}/withdraw/").status_code == 302

    assert accept(client, path).status_code == 404


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"username": "ADA"}, "Somebody has this user name already."),
        ({"username": "a b"}, "Enter a valid username"),
        ({"again": "another"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"first_name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(
    client: Client, ada: User, change: dict[str, str], error: str
) -> None:
    path = link_of(ada)
    answer = accept(client, path, **change)

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert client.post("/invitation/", NEW).status_code == 302


@pytest.mark.django_db
def test_guessing_is_slowed_down_and_leaves_no_sessions(client: Client) -> None:
    answers = [client.get(f"/invitation/guess-{number}/") for number in range(30)]

    assert [answer.status_code for answer in answers[:20]] == [404] * 20
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1
    assert not Session.objects.exists()


def test_a_role_that_somebody_is_invited_to_stays(ada: User) -> None:
    link_of(ada)
    with pytest.raises(RoleInUse):
        delete_role(slug="analyst", by=Sender(ada, timezone.now()))


@pytest.mark.usefixtures("committed_db")
def test_of_many_at_once_one_makes_the_account() -> None:
    ada = User.objects.create_superuser("ada")
    token = invite(role=Role.ANALYST, email="", by=Sender(ada, timezone.now())).result()
    results: list[str] = []
    barrier = threading.Barrier(16)

    def run(number: int) -> None:
        barrier.wait(60)
        try:
            accept_invitation(
                token, username=f"u{number}", names=("", ""), password=PASSWORD, at=timezone.now(), origin=NOWHERE
            )
            results.append("made")
        except NoInvitation:
            results.append("none")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(results) == ["made", *["none"] * 15]
    assert User.objects.count() == 2
