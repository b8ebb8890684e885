"""Nobody gives a key what their own role does not allow them: points beyond their limit, fields that they do not see."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from loyalty.api.keys.models import ApiKey
from loyalty.api.keys.operations import add_secret, create_api_key
from loyalty.staff.models import StaffRole, User
from loyalty.staff.roles.rights import grantable_rights
from loyalty.staff.sender import Sender
from tests.page_forms import form_with

pytestmark = pytest.mark.django_db
LOGINS: dict[str, Any] = {"apis": ["events"], "actions": ["login"]}


def somebody(*, lacking: str = "", **limits: int) -> Sender:
    rights = sorted(grantable_rights().keys() - {lacking})
    StaffRole.objects.create(slug="keeper", name="Keeper of keys", rights=rights, **limits)
    return Sender(User.objects.create_user("kim", role="keeper"), timezone.now())


@pytest.mark.parametrize(
    "scopes",
    [{}, {"apis": ["events"]}, {**LOGINS, "actions": ["login", "point_add"]}, {**LOGINS, "may_fix_points": True}],
    ids=str,
)
def test_whoever_has_a_limit_of_points_makes_no_key_that_changes_points(scopes: dict[str, Any]) -> None:
    with pytest.raises(PermissionDenied, match="limits how many points"):
        create_api_key(name="Till", by=somebody(points_per_day=100), **scopes)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("scopes", [LOGINS, {"apis": ["customers"]}], ids=str)
def test_a_key_that_changes_no_points_is_made_in_spite_of_a_limit(scopes: dict[str, Any]) -> None:
    create_api_key(name="Till", by=somebody(points_per_day=100), **scopes)
    assert ApiKey.objects.count() == 1


def test_whoever_does_not_see_every_field_makes_no_key_that_shows_them() -> None:
    by = somebody(lacking="personal.email")
    for api in ("customers", "display", "read"):
        with pytest.raises(PermissionDenied, match="that you may not see"):
            create_api_key(name="Till", by=by, apis=[api])

    create_api_key(name="Till", by=by, apis=["events"])


def test_nobody_gets_a_secret_of_a_key_that_may_do_more() -> None:
    key = create_api_key(name="Till", by=Sender(None, timezone.now())).result()[0]

    with pytest.raises(PermissionDenied):
        add_secret(key, by=somebody(points_per_action=5))
    assert key.secrets.count() == 1


@pytest.mark.ignore_template_errors
def test_a_key_is_not_widened_on_its_page_by_whoever_may_do_less(client: Client) -> None:
    key = create_api_key(name="Till", by=Sender(None, timezone.now()), **LOGINS).result()[0]
    by = somebody(points_per_action=5)
    assert by.user
    client.force_login(by.user)
    address = f"/admin/staff/apikey/{key.pk}/change/"
    sent = form_with(client.get(address).content.decode(), "actions")

    answer = client.post(address, sent | {"actions": [""]})

    assert answer.status_code == 403
    key.refresh_from_db()
    assert key.actions == ["login"]
