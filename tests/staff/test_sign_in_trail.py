"""Log-ins, log-outs and passwords are in the audit trail; a name that is none is nowhere."""

from typing import Any

import pytest
from django.test import Client

from loyalty.staff.audit.models import AuditEntry
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.page_forms import form_with

pytestmark = pytest.mark.django_db
PASSWORD = "four words which stay"
HERE: Any = {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Firefox/140"}


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", password=PASSWORD, role=Role.MANAGER)


def told() -> list[tuple[str, str | None, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("operation", "staff__username", "subject"))


def sign_in(client: Client, name: str = "dana", password: str = PASSWORD) -> int:
    return client.post("/login/", {"username": name, "password": password}, **HERE).status_code


def test_a_log_in_and_a_log_out_are_told_with_the_address(client: Client, dana: User) -> None:
    assert sign_in(client) == 302
    client.post("/logout/", **HERE)

    subject = f"user:{dana.pk}"
    assert told() == [("login.succeed", "dana", subject), ("login.end", "dana", subject)]
    assert set(AuditEntry.objects.values_list("ip_address", "user_agent")) == {("203.0.113.9", "Firefox/140")}


def test_a_wrong_password_is_told_of_the_account_and_nobody_is_said_to_have_done_it(client: Client, dana: User) -> None:
    assert sign_in(client, password="wrong") == 422

    assert told() == [("login.fail", None, f"user:{dana.pk}")]
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after, entry.reason) == ({}, {}, "")


def test_what_is_typed_for_a_name_that_is_none_is_kept_nowhere(client: Client, dana: User) -> None:
    assert sign_in(client, name=PASSWORD) == 422

    assert told() == []


def test_tries_that_were_not_made_are_not_told(client: Client, dana: User) -> None:
    """However many come: the waits bound how fast the trail grows."""
    for _ in range(12):
        sign_in(client, password="wrong")

    assert len(told()) < 8


def test_a_log_out_of_nobody_is_not_told(client: Client) -> None:
    client.post("/logout/")

    assert told() == []


def test_a_changed_own_password_is_told_and_not_kept(client: Client, dana: User) -> None:
    client.force_login(dana)
    new = "and other words that go"
    sent = form_with(client.get("/password/").content.decode(), "old_password")
    sent |= {"old_password": [PASSWORD], "new_password1": [new], "new_password2": [new]}
    assert client.post("/password/", sent, **HERE).status_code == 302

    entry = AuditEntry.objects.latest("id")
    assert (entry.operation, entry.subject, entry.ip_address) == (
        "user.change_password",
        f"user:{dana.pk}",
        "203.0.113.9",
    )
    assert (entry.before, entry.after) == ({}, {})
    assert client.get("/customers/").status_code == 200, "the session goes on"
    dana.refresh_from_db()
    assert dana.check_password(new)
