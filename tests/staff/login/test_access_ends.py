"""Access ends when an account is switched off, its role changes or its password is reset: at once, everywhere, for good."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from pytest_django import Settings

from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.engine.world import rows
from tests.page_forms import form_with

pytestmark = pytest.mark.django_db
PAGE = "/customers/"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", password="a long enough one", role=Role.MANAGER)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    assert client.get(PAGE).status_code == 200
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def update(**values: Any) -> Callable[[User], object]:
    return lambda user: User.objects.filter(pk=user.pk).update(**values)


def by_page(**values: str) -> Callable[[User], None]:
    def change(user: User) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("root-user", password="x"))
        url = f"/admin/staff/user/{user.pk}/change/"
        sent = form_with(client.get(url).content.decode(), "seen")
        for name, value in values.items():
            sent[name] = [value]
            if not value:
                del sent[name]
        assert client.post(url, sent).status_code == 302

    return change


def reset_by_page(user: User) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root-user", password="x"))
    sent = {"usable_password": "true", "password1": "Blue-Kettle-91-wind", "password2": "Blue-Kettle-91-wind"}
    assert client.post(f"/admin/staff/user/{user.pk}/password/", sent).status_code == 302


ENDS: dict[str, Callable[[User], object]] = {
    "switched off": by_page(is_active=""),
    "demoted": by_page(role=Role.READ_ONLY.value),
    "promoted": by_page(role=Role.ADMINISTRATOR.value),
    "reset": reset_by_page,
    "switched off by SQL": lambda user: rows("UPDATE staff_user SET is_active = false WHERE id = %s", [user.pk]),
    "demoted by SQL": lambda user: rows("UPDATE staff_user SET role = 'read_only' WHERE id = %s", [user.pk]),
}


@pytest.mark.ignore_template_errors
@pytest.mark.parametrize("name", ENDS)
def test_all_sessions_of_a_person_end_at_once_and_stay_ended(ann: User, name: str) -> None:
    sessions = [browser(ann), browser(ann)]
    stored = User.objects.values("role", "is_active", "password", "is_staff", "is_superuser").get(pk=ann.pk)

    ENDS[name](ann)

    assert [is_in(client) for client in sessions] == [False, False]
    update(**stored)(ann)
    assert [is_in(client) for client in sessions] == [False, False], "as it was before opens no session again"


@pytest.mark.parametrize("values", [{"first_name": "Anna"}, {"email": "ann@example.com"}, {"shortcuts": False}])
def test_other_changes_of_an_account_end_no_session(ann: User, values: dict[str, Any]) -> None:
    client = browser(ann)
    update(**values)(ann)
    assert is_in(client)


def new_shortcuts(user: User) -> None:
    user.shortcuts = False
    user.save()


def new_password(user: User) -> None:
    user.set_password("another long one")
    user.save()


@pytest.mark.parametrize("save", [new_shortcuts, new_password, User.save])
@pytest.mark.parametrize(
    "meanwhile", [{"is_active": False}, {"role": Role.READ_ONLY}, {"password": "reset by somebody"}], ids=str
)
def test_whoever_saves_a_row_read_before_takes_no_change_back(
    ann: User, meanwhile: dict[str, Any], save: Callable[[User], None]
) -> None:
    """As Django's own forms and commands save a user, whole."""
    before = User.objects.get(pk=ann.pk)
    update(**meanwhile)(ann)

    save(before)

    ann.refresh_from_db()
    kept = {name: getattr(ann, name) for name in meanwhile if not (save is new_password and name == "password")}
    assert kept == {name: meanwhile[name] for name in kept}
    assert ann.check_password("another long one") == (save is new_password)


def test_a_hash_of_before_is_made_anew_at_log_in(ann: User, settings: Settings, client: Client) -> None:
    settings.PASSWORD_HASHERS = ["loyalty.staff.login.hashing.BoundedArgon2", *settings.PASSWORD_HASHERS]

    assert client.post("/login/", {"username": "ann", "password": "a long enough one"}).status_code == 302

    ann.refresh_from_db()
    assert identify_hasher(ann.password).algorithm == "argon2"
    assert is_in(client), "the session of this very log-in goes on"


def test_a_hash_made_anew_undoes_no_password_that_was_reset_meanwhile(ann: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["loyalty.staff.login.hashing.BoundedArgon2", *settings.PASSWORD_HASHERS]
    before = User.objects.get(pk=ann.pk)
    update(password="reset by somebody")(ann)

    assert before.check_password("a long enough one")

    ann.refresh_from_db()
    assert ann.password == "reset by somebody"
