"""Somebody can always configure the programme."""

from typing import Any

import pytest

from loyalty.staff.enums import Role
from loyalty.staff.forms import StaffForm
from loyalty.staff.models import User

pytestmark = pytest.mark.django_db


def _administrator(name: str, **more: Any) -> User:
    return User.objects.create_superuser(name, password="a long enough one", **more)


def _errors(user: User, **changes: str) -> list[str]:
    values = {"username": user.username, "role": user.role, "is_active": "on", "date_joined": "2026-01-01", **changes}
    form = StaffForm(values, instance=user)
    return [str(error) for error in form.non_field_errors()]


@pytest.mark.parametrize("change", [{"role": Role.MANAGER.value}, {"is_active": ""}])
def test_the_last_active_administrator_stays_one(change: dict[str, str]) -> None:
    user = _administrator("anna")
    _administrator("left", is_active=False)
    assert _errors(user, **change) == [
        "This is the last active administrator: make somebody else an administrator first."
    ]


def test_one_of_two_administrators_may_go() -> None:
    user, other = _administrator("anna"), _administrator("bela")
    assert not _errors(other, role=Role.MANAGER.value)
    assert not _errors(user, role=Role.ADMINISTRATOR.value)
