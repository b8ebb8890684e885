"""The first administrator and key: made once for a database, and told truly at each start."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from loyalty.api.keys.models import ApiKey
from loyalty.environment import Environment
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.engine.world import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> Path:
    found: Environment = settings.ENV
    settings.ENV = type("Env", (), {"data_dir": tmp_path, "https": found.https, "embedded_database": True})
    return tmp_path


def first_run() -> dict[str, str]:
    output = io.StringIO()
    call_command("first_run", stdout=output)
    told: dict[str, str] = json.loads(output.getvalue())
    return told


def test_the_first_start_makes_an_administrator_and_a_key(data_folder: Path) -> None:
    told = first_run()

    user = User.objects.get()
    assert (told["username"], user.role) == (user.username, Role.ADMINISTRATOR)
    assert user.check_password(told["password"])
    assert told["api_key"] == ApiKey.objects.get().key
    assert (data_folder / "first-run.json").stat().st_mode & 0o777 == 0o600


def test_the_second_start_tells_the_same() -> None:
    assert first_run() == first_run()
    assert (User.objects.count(), ApiKey.objects.count()) == (1, 1)


def test_a_password_that_was_changed_is_not_told_any_more() -> None:
    first_run()
    user = User.objects.get()
    user.set_password("another one")
    user.save()

    assert first_run()["password"] == "the password you set"


def test_another_database_gets_an_administrator_of_its_own() -> None:
    before = first_run()
    rows("DELETE FROM staff_user")  # what the application never does: the trail names them

    after = first_run()

    assert User.objects.get().check_password(after["password"])
    assert after["password"] != before["password"]


def test_a_database_of_production_gets_no_unsigned_key(settings: Settings) -> None:
    settings.ENV.embedded_database = False

    assert first_run()["api_key"] == "make one with manage.py create_api_key"
    assert not ApiKey.objects.exists()
